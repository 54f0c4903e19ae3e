"""What a brand can amend: polls while people vote, who curates, whether an open contest goes on."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_contracts.contests import ContestAmended
from groundswell_ideas.amendments.rules import (
    Amendment,
    newly_shortlisted,
    obstacles_to_amending,
    obstacles_to_changing,
    obstacles_to_opening,
    obstacles_to_pausing,
    obstacles_to_resuming,
    obstacles_to_widening,
    paused,
    resumed,
    widened,
    with_change,
    with_poll,
)
from groundswell_ideas.amendments.rules.curators import (
    Curator,
    handed_over,
    obstacles_to_handing_over,
)
from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.calendar.store import TimerStore
from groundswell_ideas.contests.rules import Contest, rules_in
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.polls.events import change_to, plan_to
from groundswell_ideas.polls.rules import Poll, PollChange
from groundswell_ideas.selection.commands import ShortlistCommands
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_ideas.terms.rules import Obstacle
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class AmendmentCommands:
    """Each verb is one transaction, or part of the caller's. Polls change while people vote."""

    contests: ContestStore
    ideas: IdeaStore
    amendments: AmendmentStore
    timers: TimerStore
    shortlists: ShortlistCommands

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
            kept = await self._keep(amended, replace(amendment, poll_changed=change))
            await self.shortlists.tell(amended, newly_shortlisted(contest, change))
            return kept

        return await transaction(self.contests.client, work)

    async def open_poll(self, brand_id: str, contest_id: str, reason: str, poll: Poll) -> Amendment:
        """Opens another poll, whatever its id, with some of the shortlisted ideas.

        The reason is public. Where there are regions its voters and its days are those of its own.
        """
        poll_id = new_id("poll")

        async def work() -> Amendment:
            contest = await self._amendable(brand_id, contest_id)
            now = utc_now()
            ideas = await self.ideas.find(brand_id, contest_id, poll.idea_ids)
            refuse_for(obstacles_to_opening(contest, poll, ideas, now), VALIDATION)
            rules = rules_in(contest.region(poll.region), poll.rules)
            opened = replace(poll, id=poll_id, rules=rules)
            amended = with_poll(contest, opened)
            amendment = _amendment(amended, reason, now)
            return await self._keep(amended, replace(amendment, poll_opened=opened))

        return await transaction(self.contests.client, work)

    async def change_curator(
        self, brand_id: str, contest_id: str, reason: str, curator: Curator
    ) -> Amendment:
        """Lets another curator pick the shortlist, as long as nobody has handed it in.

        The reason and the office are public.
        """

        async def work() -> Amendment:
            contest = await self.contests.get(brand_id, contest_id)
            refuse_for(obstacles_to_handing_over(contest, curator))
            amended = handed_over(contest, curator)
            amendment = _amendment(amended, reason, utc_now())
            return await self._keep(amended, replace(amendment, curator=curator))

        return await transaction(self.contests.client, work)

    async def pause(self, brand_id: str, contest_id: str, reason: str) -> Amendment:
        """Makes a contest stand still: no ideas, no votes, no steps of its calendar."""
        return await self._stand(
            brand_id,
            contest_id,
            reason,
            obstacles_to_pausing,
            lambda c, now: paused(c, reason, now),
        )

    async def resume(self, brand_id: str, contest_id: str, reason: str) -> Amendment:
        """Lets a contest go on, and all that was paused with it; what is overdue happens now."""
        return await self._stand(brand_id, contest_id, reason, obstacles_to_resuming, resumed)

    async def widen(self, brand_id: str, contest_id: str, reason: str) -> Amendment:
        """Lifts the cap on a contest's pilot, for good."""

        async def work() -> Amendment:
            contest = await self.contests.get(brand_id, contest_id)
            refuse_for(obstacles_to_widening(contest))
            now = utc_now()
            amended = widened(contest, now)
            amendment = _amendment(amended, reason, now)
            return await self._keep(amended, replace(amendment, pilot_widened=True))

        return await transaction(self.contests.client, work)

    async def _stand(
        self,
        brand_id: str,
        contest_id: str,
        reason: str,
        obstacles: Callable[[Contest], list[Obstacle]],
        change: Callable[[Contest, datetime], tuple[Contest, list[PollChange]]],
    ) -> Amendment:
        async def work() -> Amendment:
            contest = await self.contests.get(brand_id, contest_id)
            refuse_for(obstacles(contest))
            now = utc_now()
            amended, changes = change(contest, now)
            held = amended.pause is not None
            whole = Amendment(
                contest_id=contest_id,
                number=contest.amendments + 1,
                reason=reason,
                amended_at=now,
                paused=held,
            )
            parts = [
                replace(whole, number=number, paused=None, poll_changed=part)
                for number, part in enumerate(changes, start=whole.number + 1)
            ]
            told = [_told(amended, amendment) for amendment in (whole, *parts)]
            await self.contests.save(brand_id, amended, told)
            for amendment in (whole, *parts):
                await self.amendments.add(brand_id, amendment)
            await self.timers.hold(brand_id, contest_id, held)
            return whole

        return await transaction(self.contests.client, work)

    async def _amendable(self, brand_id: str, contest_id: str) -> Contest:
        contest = await self.contests.get(brand_id, contest_id)
        refuse_for(obstacles_to_amending(contest))
        return contest

    async def _keep(self, amended: Contest, amendment: Amendment) -> Amendment:
        await self.contests.save(amended.brand_id, amended, [_told(amended, amendment)])
        await self.amendments.add(amended.brand_id, amendment)
        return amendment


def _amendment(amended: Contest, reason: str, at: datetime) -> Amendment:
    return Amendment(contest_id=amended.id, number=amended.amendments, reason=reason, amended_at=at)


def _told(amended: Contest, amendment: Amendment) -> ContestAmended:
    change, poll, curator = amendment.poll_changed, amendment.poll_opened, amendment.curator
    return ContestAmended(
        contest_id=amended.id,
        title=amended.terms.title,
        number=amendment.number,
        reason=amendment.reason,
        poll_opened=None if poll is None else plan_to(poll),
        poll_changed=None if change is None else change_to(change),
        paused=amendment.paused,
        pilot_widened=amendment.pilot_widened,
        curator=None if curator is None else curator.office,
    )
