"""What a brand can amend while people vote: change an open poll, or open another one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_contracts.contests import ContestAmended
from groundswell_contracts.event import Event
from groundswell_ideas.amendments.rules import (
    Amendment,
    newly_shortlisted,
    obstacles_to_amending,
    obstacles_to_changing,
    obstacles_to_opening,
    with_change,
    with_poll,
)
from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.polls.events import change_to, plan_to
from groundswell_ideas.polls.rules import Poll, PollChange, PollTerms
from groundswell_ideas.selection.commands import shortlisted
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class AmendmentCommands:
    """Each verb is one transaction, or part of the caller's. Refused when nobody votes."""

    contests: ContestStore
    ideas: IdeaStore
    amendments: AmendmentStore

    async def change_poll(
        self, brand_id: str, contest_id: str, reason: str, change: PollChange
    ) -> Amendment:
        """Changes an open poll, with a public reason; added ideas are shortlisted by it."""

        async def work() -> Amendment:
            contest = await self._amendable(brand_id, contest_id)
            now = utc_now()
            ideas = await self.ideas.find(brand_id, contest_id, change.added_idea_ids)
            refuse_for(obstacles_to_changing(contest, change, ideas, now), VALIDATION)
            amended = with_change(contest, change)
            amendment = _amendment(amended, reason, now)
            events = [shortlisted(ideas[id_]) for id_ in newly_shortlisted(contest, change)]
            return await self._keep(amended, replace(amendment, poll_changed=change), events)

        return await transaction(self.contests.client, work)

    async def open_poll(
        self,
        brand_id: str,
        contest_id: str,
        reason: str,
        terms: PollTerms,
        idea_ids: Sequence[str],
        closes_at: datetime,
    ) -> Amendment:
        """Opens another poll with some of the shortlisted ideas, with a public reason."""
        poll = Poll(
            id=new_id("poll"),
            name=terms.name,
            rules=terms.rules,
            idea_ids=tuple(idea_ids),
            closes_at=closes_at,
        )

        async def work() -> Amendment:
            contest = await self._amendable(brand_id, contest_id)
            now = utc_now()
            refuse_for(obstacles_to_opening(contest, poll, now), VALIDATION)
            amended = with_poll(contest, poll)
            amendment = _amendment(amended, reason, now)
            return await self._keep(amended, replace(amendment, poll_opened=poll), [])

        return await transaction(self.contests.client, work)

    async def _amendable(self, brand_id: str, contest_id: str) -> Contest:
        contest = await self.contests.get(brand_id, contest_id)
        refuse_for(obstacles_to_amending(contest))
        return contest

    async def _keep(
        self, amended: Contest, amendment: Amendment, events: Sequence[Event]
    ) -> Amendment:
        change, poll = amendment.poll_changed, amendment.poll_opened
        told = ContestAmended(
            contest_id=amended.id,
            title=amended.terms.title,
            number=amendment.number,
            reason=amendment.reason,
            poll_opened=None if poll is None else plan_to(poll),
            poll_changed=None if change is None else change_to(change),
        )
        await self.contests.save(amended.brand_id, amended, [*events, told])
        await self.amendments.add(amended.brand_id, amendment)
        return amendment


def _amendment(amended: Contest, reason: str, at: datetime) -> Amendment:
    return Amendment(contest_id=amended.id, number=amended.amendments, reason=reason, amended_at=at)
