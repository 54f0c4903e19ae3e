"""Let ideas climb: note the steps they reach, judge them at their deadlines, tell everybody."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from groundswell_contracts.tallies import TallyCertified
from groundswell_kit.mongo import transaction
from groundswell_voting.archive.records import Archive
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.totals import Totals
from groundswell_voting.ladders.events import Move, told
from groundswell_voting.ladders.rules import (
    Climb,
    begin,
    climb_on,
    conclude,
    is_climbing,
    judge_at_deadline,
)
from groundswell_voting.ladders.store import ClimbStore
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.rules import (
    Change,
    ChangeState,
    DeadlineChange,
    IdeasChange,
    Poll,
    PollStage,
    ended_at,
)
from groundswell_voting.polls.store import ChangeStore
from groundswell_voting.voteslog.codec import decode, milliseconds
from groundswell_voting.voteslog.rules import BallotChanged, Opened, moment

LOOK_SECONDS = 1.0
FORGOTTEN_SECONDS = 60.0
JUDGED_AT_ONCE = 500


class DeadlineNotCounted(Exception):
    """What ideas had at a deadline is not known just now: the count is being made again."""


@dataclass(slots=True)
class _Watched:
    """A poll whose ideas climb, and when it is looked at again."""

    totals: Totals
    look_at: float = 0.0


@dataclass(frozen=True)
class LadderCommands:
    """Called by the state machine, the one writer, for each poll that is under way.

    `passed` tells whether the broker's clock has come to a moment, in milliseconds since 1970.
    """

    climbs: ClimbStore
    polls: PollCommands
    changes: ChangeStore
    archive: Archive
    projection: Projection
    partitions: int
    passed: Callable[[Poll, int], Awaitable[bool]]
    _watched: dict[str, _Watched] = field(default_factory=dict)

    async def step(self, poll: Poll) -> None:
        """Move the ideas of a poll on, about once a second; nothing for a poll without a ladder.

        To be called again and again. Each step is told once, whoever calls. Redis' and MongoDB's
        errors pass through, and Overtaken when another worker was faster: call again.
        """
        if not poll.rules.ladder:
            return
        watched = self._watched.get(poll.poll_id)
        if watched is None:
            self._forget_others()
            totals = Totals(self.projection, poll.poll_id, self.partitions)
            watched = self._watched[poll.poll_id] = _Watched(totals)
        if time.monotonic() < watched.look_at:
            return
        await watched.totals.refresh()
        climbs = await self._climbing(poll)
        climbs |= await self._note_reached(poll, climbs, watched.totals)
        await self._judge_due(poll, climbs, watched.totals)
        watched.look_at = time.monotonic() + LOOK_SECONDS

    async def conclude(self, poll: Poll, tally: TallyCertified) -> None:
        """Judge by the certified tally what was due when voting ended, and was not judged before.

        What misses its step then stays in the tally. Safe to repeat; errors as those of `step`,
        and DeadlineNotCounted: call again.
        """
        if not poll.rules.ladder:
            return
        end_ms = milliseconds(ended_at(poll))
        await self._judge_logged(poll, end_ms)
        climbs = await self._climbing(poll)
        votes = {idea.idea_id: idea.votes for idea in tally.tally}
        ladder = poll.rules.ladder
        moves = [
            (climb, after)
            for idea_id, climb in climbs.items()
            if (after := conclude(climb, ladder, votes[idea_id], end_ms)) != climb
        ]
        for start in range(0, len(moves), JUDGED_AT_ONCE):
            some = moves[start : start + JUDGED_AT_ONCE]
            await self.climbs.move(poll.brand_id, some, told(poll, some))

    def _forget_others(self) -> None:
        """Polls that nobody has asked about for long are no longer under way."""
        long_ago = time.monotonic() - FORGOTTEN_SECONDS
        for poll_id in [each for each, kept in self._watched.items() if kept.look_at < long_ago]:
            del self._watched[poll_id]

    async def _climbing(self, poll: Poll) -> dict[str, Climb]:
        """The climbs of all ideas on the ballot; those that are new on it begin.

        They begin at the time at which the log has them.
        """
        climbs = await self.climbs.of_poll(poll.brand_id, poll.poll_id)
        if not climbs.keys() >= set(poll.idea_ids):
            came = await self._came_at_ms(poll.poll_id)
            new = [
                begin(poll.poll_id, idea_id, poll.rules.ladder, came[idea_id])
                for idea_id in poll.idea_ids
                if idea_id not in climbs and idea_id in came
            ]
            await self.climbs.add(poll.brand_id, new)
            climbs = await self.climbs.of_poll(poll.brand_id, poll.poll_id)
        removed = set(poll.removed_idea_ids)
        return {idea_id: climb for idea_id, climb in climbs.items() if idea_id not in removed}

    async def _came_at_ms(self, poll_id: str) -> dict[str, int]:
        """When each idea came on the ballot: as the first partition has it that is archived."""
        came: dict[str, int] = {}
        for archived in await self.archive.control_records(poll_id):
            record = decode(archived)
            ideas: Sequence[str] = ()
            if isinstance(record.body, Opened):
                ideas = record.body.idea_ids
            elif isinstance(record.body, BallotChanged):
                ideas = record.body.added
            for idea_id in ideas:
                came.setdefault(idea_id, record.appended_at_ms)
        return came

    async def _note_reached(
        self, poll: Poll, climbs: Mapping[str, Climb], totals: Totals
    ) -> dict[str, Climb]:
        """The climbs that went on."""
        votes = totals.tally.votes()
        ordinals = {idea_id: ordinal for ordinal, idea_id in enumerate(poll.idea_ids)}
        at_ms = max(part.counted_up_to_ms for part in totals.parts)
        moves = [
            (climb, after)
            for idea_id, climb in climbs.items()
            if (after := climb_on(climb, poll.rules.ladder, votes[ordinals[idea_id]], at_ms))
            != climb
        ]
        await self.climbs.move(poll.brand_id, moves, told(poll, moves))
        return {after.idea_id: after for _, after in moves}

    async def _judge_due(self, poll: Poll, climbs: Mapping[str, Climb], totals: Totals) -> None:
        """Ask for a record at each deadline that has come; judge where every partition has it.

        A poll that closes takes no more of them: `conclude` judges what is left.
        """
        for deadline_ms, late in _by_deadline(poll, climbs):
            if not await self.passed(poll, deadline_ms):
                return
            change = await self._asked(poll, deadline_ms)
            if change is None and poll.stage is PollStage.OPEN:
                await self._ask(poll, deadline_ms, late)
            elif change is not None and change.state is ChangeState.DONE:
                # Not all of ten thousand at once; those judged are not due any more.
                await self._judge(poll, change, _noted(change, late)[:JUDGED_AT_ONCE], totals)

    async def _judge_logged(self, poll: Poll, end_ms: int) -> None:
        """Judge each deadline that the log had before voting ended."""
        totals = Totals(self.projection, poll.poll_id, self.partitions)
        await totals.refresh()
        for deadline_ms, late in _by_deadline(poll, await self._climbing(poll)):
            change = await self._asked(poll, deadline_ms) if deadline_ms <= end_ms else None
            if change is None or change.state is not ChangeState.DONE:
                continue
            noted = _noted(change, late)
            for start in range(0, len(noted), JUDGED_AT_ONCE):
                some = noted[start : start + JUDGED_AT_ONCE]
                if not await self._judge(poll, change, some, totals):
                    raise DeadlineNotCounted(change.change_id)

    async def _asked(self, poll: Poll, deadline_ms: int) -> Change | None:
        return await self.changes.find(poll.brand_id, _change_id(poll, deadline_ms))

    async def _ask(self, poll: Poll, deadline_ms: int, late: Sequence[Climb]) -> None:
        steps = tuple((climb.idea_id, climb.step) for climb in late)
        what = DeadlineChange(moment(deadline_ms), steps)

        async def work() -> None:
            change_id = _change_id(poll, deadline_ms)
            await self.polls.ask(poll.brand_id, poll.poll_id, change_id, what)

        await transaction(self.climbs.client, work)

    async def _judge(
        self, poll: Poll, change: Change, late: Sequence[Climb], totals: Totals
    ) -> bool:
        """False while not every partition has counted the record of the deadline."""
        if change.record is None:
            raise RuntimeError(f"{change.change_id} is no deadline that the log has")
        noted = [part.tally.at_deadline(change.record) for part in totals.parts]
        ordinals = {idea_id: ordinal for ordinal, idea_id in enumerate(poll.idea_ids)}
        if any(ordinals[c.idea_id] not in subtotals for c in late for subtotals in noted):
            return False
        moves: list[Move] = []
        for before in late:
            votes = sum(subtotals[ordinals[before.idea_id]] for subtotals in noted)
            after = judge_at_deadline(before, poll.rules.ladder, before.step, votes)
            moves.append((before, after))
        missed = [after.idea_id for _, after in moves if after.missed_votes is not None]

        async def work() -> None:
            await self.climbs.move(poll.brand_id, moves, told(poll, moves))
            if missed:
                gone = IdeasChange(removed=tuple(missed))
                change_id = f"{change.change_id}.missed.{missed[0]}"
                await self.polls.ask(poll.brand_id, poll.poll_id, change_id, gone)

        await transaction(self.climbs.client, work)
        return True


def _change_id(poll: Poll, deadline_ms: int) -> str:
    return f"{poll.poll_id}.deadline.{deadline_ms}"


def _by_deadline(poll: Poll, climbs: Mapping[str, Climb]) -> list[tuple[int, list[Climb]]]:
    """The climbs that go on, by when their next step is due, the first deadline first."""
    due: dict[int, list[Climb]] = {}
    for climb in climbs.values():
        if is_climbing(climb, poll.rules.ladder):
            due.setdefault(climb.due_at_ms, []).append(climb)
    return sorted(due.items(), key=itemgetter(0))


def _noted(change: Change, late: Sequence[Climb]) -> list[Climb]:
    """Those whose step the record of the deadline names."""
    if not isinstance(change.what, DeadlineChange):
        raise TypeError(f"{change.change_id} is no deadline")
    asked = dict(change.what.due)
    return [climb for climb in late if asked.get(climb.idea_id) == climb.step]
