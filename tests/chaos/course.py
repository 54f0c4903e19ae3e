"""The course of one poll: what its contest and its brand do to it while people vote, and after."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell_contracts.contests import IdeaMerge
from groundswell_contracts.poll_rules import LadderStep, PollRules
from tests.chaos.installation import Installation
from tests.chaos.plan import (
    LATE,
    MERGED,
    MERGED_INTO,
    OPENING,
    REMOVED,
    Case,
    Plan,
    PollPlan,
)

REVIEW_SECONDS = 9
FOREVER_SECONDS = 3_600.0
CLOSE_SECONDS = 60.0
PAUSE_SECONDS = 20.0
MOVED_SECONDS = 7.0
"""How long before its new closing time a poll's closing is moved there."""


@dataclass(frozen=True, slots=True)
class Course:
    """One poll of a run. The surge begins at `begins`, which is `began` of the monotonic clock."""

    installation: Installation
    poll: PollPlan
    begins: datetime
    began: float

    async def open(self, plan: Plan) -> None:
        """The poll opens, with its roll if it has one; returns when it takes votes."""
        poll, contests = self.poll, self.installation.contests
        on_time = poll.ends_at if poll.end == "on time" else FOREVER_SECONDS
        closes_at = self.begins + timedelta(seconds=on_time)
        await contests.open(poll.poll_id, OPENING, _rules(poll), closes_at)
        await contests.until_open(poll.poll_id)
        on_roll = {j.voter: j.segment for j in plan.journeys if j.poll_id == poll.poll_id}
        entries = [(voter, segment) for voter, segment in on_roll.items() if segment]
        if entries:
            await self.installation.manager.write_roll(poll.poll_id, entries)

    async def go(self) -> None:
        """All that is done to it during the surge, each at its moment."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._amend())
            group.create_task(self._merge())
            group.create_task(self._pause())
            for case in self.poll.cases:
                if case.at is not None:
                    group.create_task(self._ask(case, case.at))
            if self.poll.end != "last":
                group.create_task(self._end())

    async def review(self) -> None:
        """Set voters aside that were found when it had closed, which it has or is about to."""
        found = [case for case in self.poll.cases if case.at is None]
        if not found:
            return
        with suppress(TimeoutError):  # the checker tells what is not certified
            if await self.installation.contests.until_closed(self.poll.poll_id, CLOSE_SECONDS):
                for case in found:
                    await self._ask(case, 0.0)

    async def look_back(self) -> None:
        """When it is certified nobody can be set aside any more, and all cases are public."""
        if self.poll.cases:
            await self._ask(Case("too late", "set-asides", self.poll.cases[0].voters), 0.0)
            await self.installation.manager.note_cases(self.poll.poll_id)

    async def _amend(self) -> None:
        if self.poll.amended_at is not None:
            await self._until(self.poll.amended_at)
            await self.installation.contests.amend(
                self.poll.poll_id, added_idea_ids=(LATE,), removed_idea_ids=(REMOVED,)
            )

    async def _merge(self) -> None:
        """Merge an idea into another one, take that back, and so on."""
        installation, poll_id = self.installation, self.poll.poll_id
        merge = IdeaMerge(idea_id=MERGED, into_idea_id=MERGED_INTO)
        for turn, at in enumerate(self.poll.merges):
            await self._until(at)
            change = "unmerged" if turn % 2 else "merged"
            installation.stage.history.note("merge", poll=poll_id, change=change)
            await installation.contests.amend(poll_id, **{change: (merge,)})

    async def _pause(self) -> None:
        """Pause, and resume so long after it took effect, if it does while that matters."""
        if self.poll.pause is None:
            return
        at, seconds = self.poll.pause
        contests, poll_id = self.installation.contests, self.poll.poll_id
        await self._until(at)
        await contests.amend(poll_id, paused=True)
        with suppress(TimeoutError):
            await contests.until_paused(poll_id, PAUSE_SECONDS)
        await asyncio.sleep(seconds)
        await contests.amend(poll_id, paused=False)

    async def _end(self) -> None:
        poll, contests = self.poll, self.installation.contests
        if poll.end == "moved":
            await self._until(poll.ends_at - MOVED_SECONDS)
            moment = self.begins + timedelta(seconds=poll.ends_at)
            await contests.amend(poll.poll_id, closes_at=moment)
        await self._until(poll.ends_at)
        if poll.end == "early":
            await contests.end(poll.poll_id)
        await self.review()

    async def _ask(self, case: Case, at: float) -> None:
        """Ask for a case of those voters whose names, or passes, are known by now."""
        await self._until(at)
        poll_id, permits = self.poll.poll_id, self.installation.crowd.permits
        voters, passes = list(case.voters), list[str]()
        if case.by_pass:
            voters, passes = [], permits.passes_of(poll_id, voters)
        elif self.poll.weights:
            voters = permits.pseudonyms_of(poll_id, voters)
        if voters or passes:
            manager = self.installation.manager
            await manager.ask_case(poll_id, case.kind, case.name, voters, passes)

    async def _until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, self.began + at - time.monotonic()))


def _rules(poll: PollPlan) -> PollRules:
    return PollRules(
        kind="changeable" if poll.changeable else "standing",
        ideas_per_ballot=poll.ideas_per_ballot,
        period="day" if poll.per_day else "poll",
        weights=dict(poll.weights),
        channels=poll.channels,
        ladder=tuple(LadderStep(votes=votes, within_seconds=s) for votes, s in poll.ladder),
        review_seconds=REVIEW_SECONDS,
    )
