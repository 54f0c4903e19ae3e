"""Let ideas climb: note the steps they reach, judge them at their deadlines, tell everybody."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import itemgetter

from groundswell_contracts.event import Event
from groundswell_contracts.tallies import ThresholdMissed, ThresholdReached
from groundswell_kit.mongo import transaction
from groundswell_voting.archive.records import Archive
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.totals import Totals
from groundswell_voting.ladders.rules import (
    Climb,
    begin,
    climb_on,
    is_climbing,
    judge_at_deadline,
)
from groundswell_voting.ladders.store import ClimbStore
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.rules import Change, ChangeState, DeadlineChange, IdeasChange, Poll
from groundswell_voting.polls.store import ChangeStore
from groundswell_voting.voteslog.codec import decode
from groundswell_voting.voteslog.rules import BallotChanged, Opened

LOOK_SECONDS = 1.0
FORGOTTEN_SECONDS = 60.0
JUDGED_AT_ONCE = 500

Move = tuple[Climb, Climb]


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
        await self._begin(poll)
        climbs = await self.climbs.of_poll(poll.brand_id, poll.poll_id)
        on_ballot = [c for i, c in climbs.items() if i not in poll.removed_idea_ids]
        await self._note_reached(poll, on_ballot, watched.totals)
        await self._judge_due(poll, watched.totals)
        watched.look_at = time.monotonic() + LOOK_SECONDS

    def _forget_others(self) -> None:
        """Polls that nobody has asked about for long are no longer under way."""
        long_ago = time.monotonic() - FORGOTTEN_SECONDS
        for poll_id in [each for each, kept in self._watched.items() if kept.look_at < long_ago]:
            del self._watched[poll_id]

    async def _begin(self, poll: Poll) -> None:
        """Let ideas begin that have come on the ballot, at the time at which the log has them."""
        known = await self.climbs.of_poll(poll.brand_id, poll.poll_id)
        if known.keys() >= set(poll.idea_ids):
            return
        came = await self._came_at_ms(poll.poll_id)
        new = [
            begin(poll.poll_id, idea_id, poll.rules.ladder, came[idea_id])
            for idea_id in poll.idea_ids
            if idea_id not in known and idea_id in came
        ]
        await self.climbs.add(poll.brand_id, new)

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

    async def _note_reached(self, poll: Poll, climbs: Sequence[Climb], totals: Totals) -> None:
        votes = totals.tally.votes()
        ordinals = {idea_id: ordinal for ordinal, idea_id in enumerate(poll.idea_ids)}
        at_ms = max(part.counted_up_to_ms for part in totals.parts)
        moves: list[Move] = []
        for before in climbs:
            counted = votes[ordinals[before.idea_id]]
            after = climb_on(before, poll.rules.ladder, counted, at_ms)
            if after != before:
                moves.append((before, after))
        await self.climbs.move(poll.brand_id, moves, _reached(poll, moves))

    async def _judge_due(self, poll: Poll, totals: Totals) -> None:
        """Ask for a record at each deadline that has come; judge where every partition has it."""
        climbs = await self.climbs.of_poll(poll.brand_id, poll.poll_id)
        due: dict[int, list[Climb]] = {}
        for idea_id, climb in climbs.items():
            if idea_id not in poll.removed_idea_ids and is_climbing(climb, poll.rules.ladder):
                due.setdefault(climb.due_at_ms, []).append(climb)
        for deadline_ms, late in sorted(due.items(), key=itemgetter(0)):
            if not await self.passed(poll, deadline_ms):
                return
            change_id = f"{poll.poll_id}.deadline.{deadline_ms}"
            change = await self.changes.find(poll.brand_id, change_id)
            if change is None:
                steps = tuple((climb.idea_id, climb.step) for climb in late)
                what = DeadlineChange(_moment(deadline_ms), steps)
                await self._ask(poll, change_id, what)
            elif change.state is ChangeState.DONE:
                await self._judge(poll, change, late, totals)

    async def _ask(self, poll: Poll, change_id: str, what: DeadlineChange) -> None:
        async def work() -> None:
            await self.polls.ask(poll.brand_id, poll.poll_id, change_id, what)

        await transaction(self.climbs.client, work)

    async def _judge(
        self, poll: Poll, change: Change, late: Sequence[Climb], totals: Totals
    ) -> None:
        number, what = change.record, change.what
        if number is None or not isinstance(what, DeadlineChange):
            raise RuntimeError(f"{change.change_id} is no deadline that the log has")
        asked = dict(what.due)
        late = [climb for climb in late if asked.get(climb.idea_id) == climb.step]
        noted = [part.tally.at_deadline(number) for part in totals.parts]
        ordinals = {idea_id: ordinal for ordinal, idea_id in enumerate(poll.idea_ids)}
        if any(ordinals[c.idea_id] not in subtotals for c in late for subtotals in noted):
            return  # not folded everywhere yet
        moves: list[Move] = []
        # Not all of ten thousand in one transaction; those judged are not due any more.
        for before in late[:JUDGED_AT_ONCE]:
            votes = sum(subtotals[ordinals[before.idea_id]] for subtotals in noted)
            after = judge_at_deadline(before, poll.rules.ladder, before.step, votes)
            moves.append((before, after))
        missed = [after.idea_id for _, after in moves if after.missed_votes is not None]

        async def work() -> None:
            await self.climbs.move(
                poll.brand_id, moves, [*_reached(poll, moves), *_missed(poll, moves)]
            )
            if missed:
                gone = IdeasChange(removed=tuple(missed))
                change_id = f"{change.change_id}.missed.{missed[0]}"
                await self.polls.ask(poll.brand_id, poll.poll_id, change_id, gone)

        await transaction(self.climbs.client, work)


def _reached(poll: Poll, moves: Sequence[Move]) -> list[Event]:
    return [
        ThresholdReached(
            contest_id=poll.contest_id,
            poll_id=poll.poll_id,
            idea_id=after.idea_id,
            step=reached.step,
            votes=reached.votes,
            reached_at=_moment(reached.at_ms),
        )
        for before, after in moves
        for reached in after.reached[len(before.reached) :]
    ]


def _missed(poll: Poll, moves: Sequence[Move]) -> list[Event]:
    return [
        ThresholdMissed(
            contest_id=poll.contest_id,
            poll_id=poll.poll_id,
            idea_id=after.idea_id,
            step=after.step,
            votes=after.missed_votes,
            deadline=_moment(after.due_at_ms),
        )
        for _, after in moves
        if after.missed_votes is not None
    ]


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
