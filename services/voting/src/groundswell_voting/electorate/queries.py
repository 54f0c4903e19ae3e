"""Reads of electoral rolls: for staff in numbers, for passes whether somebody may vote."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from groundswell_kit.auth import Actor
from groundswell_kit.problems import Problem
from groundswell_voting.electorate.problems import NOT_ELIGIBLE
from groundswell_voting.electorate.rules import candidate, needs_roll, obstacle
from groundswell_voting.electorate.schemas import RollCount
from groundswell_voting.electorate.store import RollStore
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll


@dataclass(frozen=True)
class ElectorateQueries:
    """Called by the routes of rolls, and by passes."""

    store: RollStore
    polls: PollQueries

    async def count(self, brand_id: str, poll_id: str) -> RollCount:
        """A roll in numbers. Raises a 404 problem for a poll of another brand."""
        await self.polls.of_brand(brand_id, poll_id)
        by_segment, by_region = Counter[str](), Counter[str]()
        for part in await self.store.parts(brand_id, poll_id):
            by_segment[part.segment] += part.entries
            by_region[part.region] += part.entries
        return RollCount(entries=by_segment.total(), by_segment=by_segment, by_region=by_region)

    async def admit(self, poll: Poll, participant: Actor, now: datetime) -> str:
        """The segment as which somebody may vote at the moment `now`; empty where none matters.

        Raises a 403 problem that names the rule which they do not meet.
        """
        entry = None
        if needs_roll(poll.rules):
            entry = await self.store.find(poll.brand_id, poll.poll_id, participant.subject)
        who = candidate(entry, participant.region, participant.account_created_at, now)
        reason = obstacle(poll.rules.eligibility, who)
        if reason is not None:
            raise Problem(NOT_ELIGIBLE, reason)
        return who.segment
