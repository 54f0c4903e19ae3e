"""What puts ideas on open ballots, takes them off or lets their votes go to others.

Each time with an amendment that everybody reads.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from groundswell_contracts.contests import ContestAmended
from groundswell_contracts.event import Event
from groundswell_ideas.amendments.rules import Amendment, newly_shortlisted, with_change
from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.ballots.rules import (
    ballots_for,
    ballots_with,
    has_yet_to_open,
    merged,
    obstacles_to_listing,
    obstacles_to_merging,
    obstacles_to_parting,
    parted,
    without,
)
from groundswell_ideas.ballots.store import NewcomerStore
from groundswell_ideas.calendar.rules import RETRY
from groundswell_ideas.chores import do_or_put_off
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.polls.events import change_to
from groundswell_ideas.polls.rules import PollChange
from groundswell_ideas.reviews.store import ReviewStore
from groundswell_ideas.selection.events import shortlisted
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import forbidden
from groundswell_kit.refusals import refuse_for

WHY_LISTED = "What came in was approved."

TOGETHER = 500
"""As many ideas come on ballots at a time as one transaction is quick with."""


@dataclass(frozen=True, slots=True)
class BallotCommands:
    """Each verb joins the caller's transaction, and may be repeated."""

    contests: ContestStore
    amendments: AmendmentStore
    reviews: ReviewStore
    ideas: IdeaStore
    newcomers: NewcomerStore

    async def enlist(self, idea: Idea, now: datetime) -> None:
        """Has an approved idea wait for ballots, where people vote as ideas come in.

        The worker lists all that wait together. Refused when the ballots are full; nothing happens
        in any other contest. If the vote opens at this moment, it has the idea on its ballots too.
        """

        async def work() -> None:
            contest = await self.contests.get(idea.brand_id, idea.contest_id)
            if has_yet_to_open(contest):
                await self.touch(idea)
            if polls := ballots_for(contest, [idea], now):
                waiting = await self.newcomers.waiting(idea.brand_id, contest.id)
                refuse_for(obstacles_to_listing(contest, [p for p, _ in polls], waiting + 1))
                await self.newcomers.put(idea.brand_id, contest.id, idea.id, now)

        await transaction(self.contests.client, work)

    async def try_next_listing(self) -> bool:
        """Puts ideas of a contest that wait on its ballots; whether there were any.

        One that was hidden meanwhile comes on none, nor does any once the vote is over. A contest
        that breaks is put off and logged: no other one waits for it.
        """
        idea_id = await self.newcomers.first(utc_now())
        if idea_id is None:
            return False

        async def work() -> None:
            newcomer = await self.newcomers.get(idea_id)
            if newcomer is not None:
                await self._list(newcomer.brand_id, newcomer.contest_id, utc_now())

        await do_or_put_off(
            f"listing of {idea_id}",
            partial(transaction, self.contests.client, work),
            partial(self.newcomers.put_off, idea_id, utc_now() + RETRY),
        )
        return True

    async def _list(self, brand_id: str, contest_id: str, now: datetime) -> None:
        contest = await self.contests.get(brand_id, contest_id)
        idea_ids = await self.newcomers.of_contest(brand_id, contest_id, TOGETHER)
        found = await self.ideas.find(brand_id, contest_id, idea_ids)
        public = [found[idea_id] for idea_id in idea_ids if found[idea_id].status == "approved"]
        for poll, ideas in ballots_for(contest, public, now):
            change = PollChange(poll_id=poll.id, added_idea_ids=tuple(idea.id for idea in ideas))
            new = newly_shortlisted(contest, change)
            told: list[Event] = [shortlisted(found[idea_id]) for idea_id in new]
            contest = await self._amend(contest, change, WHY_LISTED, told, now)
        await self.newcomers.remove(brand_id, idea_ids)

    async def strike(self, idea: Idea, reason: str, now: datetime) -> None:
        """Takes an idea off the shortlist, or off all open ballots for a reason that all read.

        What was off stays off; a poll that has closed keeps what it was about.
        """

        async def work() -> None:
            contest = await self.contests.get(idea.brand_id, idea.contest_id)
            for poll in ballots_with(contest, idea, now):
                change = PollChange(poll_id=poll.id, removed_idea_ids=(idea.id,))
                contest = await self._amend(contest, change, reason, [], now)
            if not contest.polls and idea.id in contest.shortlist:
                await self.contests.save(contest.brand_id, without(contest, idea.id), [])

        await transaction(self.contests.client, work)

    async def touch(self, idea: Idea) -> None:
        """Has what puts ideas on ballots in another transaction at this moment do it again.

        For what takes an idea from the public that no ballot has, as far as this one can see.
        """
        await self.contests.touch(idea.brand_id, idea.contest_id)

    async def merge(
        self, idea: Idea, into: Idea, reason: str, now: datetime, *, by_manager: bool
    ) -> bool:
        """Takes an idea off the open ballots that it is on, and lets its votes go to another one.

        Whether it was on any. Refused unless both are on the same open ballots, and for an idea
        that waits for its answer; what amends ballots is for a manager alone.
        """

        async def work() -> bool:
            contest = await self.contests.get(idea.brand_id, idea.contest_id)
            review = await self.reviews.find(idea.brand_id, contest.id, idea.id)
            collected = review is not None and review.outcome is None
            refuse_for(obstacles_to_merging(contest, idea, into, now, collected=collected))
            changes = merged(contest, idea, into, now)
            _refuse_editors(changes, by_manager=by_manager)
            # What opens a poll with the idea at this moment would not be told of the merge.
            await self.touch(idea)
            await self._amend_all(contest, changes, reason, now)
            return bool(changes)

        return await transaction(self.contests.client, work)

    async def unmerge(self, idea: Idea, reason: str, now: datetime, *, by_manager: bool) -> None:
        """Puts an idea that went on in another one back on open ballots, with its votes.

        Refused where a poll has counted them for the other one; what amends open ballots is for a
        manager alone.
        """

        async def work() -> None:
            contest = await self.contests.get(idea.brand_id, idea.contest_id)
            refuse_for(obstacles_to_parting(contest, idea, now))
            changes = parted(contest, [idea.id], now)
            _refuse_editors(changes, by_manager=by_manager)
            await self._amend_all(contest, changes, reason, now)

        await transaction(self.contests.client, work)

    async def part(self, into: Idea, idea_ids: Collection[str], reason: str, now: datetime) -> None:
        """Puts ideas that went on in one that is taken back on open ballots, with their votes.

        A poll that has closed keeps what it counted.
        """

        async def work() -> None:
            contest = await self.contests.get(into.brand_id, into.contest_id)
            await self._amend_all(contest, parted(contest, idea_ids, now), reason, now)

        await transaction(self.contests.client, work)

    async def _amend_all(
        self, contest: Contest, changes: Sequence[PollChange], reason: str, now: datetime
    ) -> None:
        for change in changes:
            contest = await self._amend(contest, change, reason, [], now)

    async def _amend(
        self, contest: Contest, change: PollChange, reason: str, told: list[Event], now: datetime
    ) -> Contest:
        amended = with_change(contest, change)
        amendment = Amendment(
            contest_id=amended.id,
            number=amended.amendments,
            reason=reason,
            amended_at=now,
            poll_changed=change,
        )
        event = ContestAmended(
            contest_id=amended.id,
            title=amended.terms.title,
            number=amendment.number,
            reason=reason,
            poll_changed=change_to(change),
        )
        await self.contests.save(amended.brand_id, amended, [*told, event])
        await self.amendments.add(amended.brand_id, amendment)
        return amended


def _refuse_editors(changes: Sequence[PollChange], *, by_manager: bool) -> None:
    if changes and not by_manager:
        raise forbidden("People vote on the idea now: this amends their ballots, as managers may.")
