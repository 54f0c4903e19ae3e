"""What puts ideas on open ballots, and takes them off, with an amendment that everybody reads."""

from dataclasses import dataclass
from datetime import datetime

from groundswell_contracts.contests import ContestAmended
from groundswell_contracts.event import Event
from groundswell_ideas.amendments.rules import Amendment, newly_shortlisted, with_change
from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.ballots.rules import (
    ballots_for,
    ballots_with,
    obstacles_to_listing,
    without,
)
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.polls.events import change_to
from groundswell_ideas.polls.rules import PollChange
from groundswell_ideas.selection.events import shortlisted
from groundswell_ideas.submissions.rules import Idea
from groundswell_kit.mongo import transaction
from groundswell_kit.refusals import refuse_for

WHY_LISTED = "An idea that came in was approved."


@dataclass(frozen=True, slots=True)
class BallotCommands:
    """Each verb joins the caller's transaction, and may be repeated."""

    contests: ContestStore
    amendments: AmendmentStore

    async def enlist(self, idea: Idea, now: datetime) -> None:
        """Puts an approved idea on the ballots of a contest where people vote as ideas come in.

        Refused when the ballots are full; nothing happens in any other contest.
        """

        async def work() -> None:
            contest = await self.contests.get(idea.brand_id, idea.contest_id)
            polls = ballots_for(contest, idea, now)
            refuse_for(obstacles_to_listing(contest, len(polls)) if polls else [])
            for poll in polls:
                change = PollChange(poll_id=poll.id, added_idea_ids=(idea.id,))
                is_new = bool(newly_shortlisted(contest, change))
                told: list[Event] = [shortlisted(idea)] if is_new else []
                contest = await self._amend(contest, change, WHY_LISTED, told, now)

        await transaction(self.contests.client, work)

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
