"""Whatever a worker was doing when it was killed, or fell asleep, the log stays right."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

import pytest

from groundswell_contracts.polls import PollAnnounced
from groundswell_voting.control.life import PollLife
from groundswell_voting.control.records import ControlEvent
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.rules import Stage
from groundswell_voting.polls.rules import (
    ClosingChange,
    IdeasChange,
    PauseChange,
    Poll,
    PollStage,
    VotersChange,
    agrees_with_log,
)
from groundswell_voting.polls.store import PollStore
from groundswell_voting.voteslog.codec import milliseconds
from groundswell_voting.voteslog.rules import BallotChanged, Malformed, Record, Vote, partition_of
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import IDEAS

WAIT = 0.1
LIFE = ["Opened", "BallotChanged", "BallotChanged", "SetAside", "Closed", "Sealed"]
VOTERS = tuple(f"voter_{n}" for n in range(40))
LATER = timedelta(days=2)
AT_ONCE = 8

How = Literal["killed", "asleep"]


class Killed(Exception):
    """The worker is gone; nothing of its memory is left."""


class Fuse:
    """Lets so many steps of a worker into the world happen, then it is killed or falls asleep."""

    def __init__(self, steps: int, how: How) -> None:
        self._left = steps
        self._how = how
        self.asleep = asyncio.Event()
        self.awake = asyncio.Event()

    async def burn(self) -> None:
        self._left -= 1
        if self._left != -1:
            return
        self.asleep.set()
        if self._how == "killed":
            raise Killed
        await self.awake.wait()


class DoomedPolls(PollStore):
    """Ends before a change of the stored poll."""

    def __init__(self, voting: Voting, fuse: Fuse) -> None:
        super().__init__(voting.database)
        self._fuse = fuse

    async def _update(self, wanted: dict[str, Any], update: dict[str, Any]) -> Poll | None:
        await self._fuse.burn()
        return await super()._update(wanted, update)


class DoomedWriter(LogWriter):
    """Ends before an announcement, or in the middle of a control record."""

    def __init__(self, voting: Voting, fuse: Fuse) -> None:
        super().__init__(voting.votes_log.producer, voting.settings.voting_partitions)
        self._fuse = fuse
        self.written = 0

    async def append_control(self, brand_id: str, events: Sequence[ControlEvent]) -> int:
        self.written = max(self.written, events[0].number)
        try:
            await self._fuse.burn()
        except Killed:
            await LogWriter(self._producer, 5).append_control(brand_id, events[:5])
            raise
        return await super().append_control(brand_id, events)

    async def announce(self, brand_id: str, event: PollAnnounced) -> int:
        await self._fuse.burn()
        return await super().announce(brand_id, event)


async def lives(
    voting: Voting, life: PollLife, poll: Poll, moves: int = 0, then: Fuse | None = None
) -> None:
    """A worker leads a poll to its seal; it closes when all its changes are made.

    After so many moves of the poll it wakes the one that fell asleep, and both go on.
    """
    before = await voting.poll(poll)
    while (now := await voting.poll(poll)).stage is not PollStage.SEALED:
        moves -= now != before
        before = now
        if then is not None and moves <= 0:
            then.awake.set()
        settled = (now.changes_done, now.pauses_done) == (now.changes_asked, now.pauses_asked)
        if now.stage is PollStage.OPEN and settled:
            await voting.close(poll)
        await life.step(now)
        await asyncio.sleep(0.01)


async def interrupted(voting: Voting, steps: int, how: How, moves: int) -> tuple[Poll, bool]:
    """A poll whose first worker ends after so many steps, and that another one takes over.

    One that fell asleep wakes up after so many moves of the other one, and does what it was about
    to do. Also whether the first worker came that far at all.
    """
    poll = await voting.plan()
    for what in (
        PauseChange(paused=True),
        IdeasChange(added=("idea_new",), removed=IDEAS[:1]),
        ClosingChange(poll.closes_at + LATER),
        PauseChange(paused=False),
        VotersChange("set_aside", "c-1", "One machine.", VOTERS, resolved=VOTERS),
    ):
        await voting.ask(poll, what)
    fuse = Fuse(steps, how)
    writer = DoomedWriter(voting, fuse)
    first = voting.life(WAIT, writer=writer, polls=DoomedPolls(voting, fuse))
    living = asyncio.create_task(lives(voting, first, poll))
    ended = asyncio.create_task(fuse.asleep.wait())
    await asyncio.wait({living, ended}, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if how == "killed":
        await asyncio.wait({living})
    else_is_left = await voting.poll(poll)
    assert else_is_left.control_number <= writer.written
    assert agrees_with_log(else_is_left, writer.written) or how == "asleep"
    await lives(voting, voting.life(WAIT), poll, moves, then=fuse)
    fuse.awake.set()
    (outcome,) = await asyncio.gather(living, return_exceptions=True)
    assert outcome is None or isinstance(outcome, Killed), outcome
    return poll, fuse.asleep.is_set()


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("how", "moves"), [("killed", 0), ("asleep", 1), ("asleep", 4), ("asleep", 9), ("asleep", 99)]
)
async def test_a_worker_ends_between_any_two_steps(voting: Voting, how: How, moves: int) -> None:
    polls: list[Poll] = []
    came_that_far = True
    while came_that_far:
        steps = range(len(polls), len(polls) + AT_ONCE)
        outcomes = await asyncio.gather(*(interrupted(voting, n, how, moves) for n in steps))
        polls += [poll for poll, _ in outcomes]
        came_that_far = all(far for _, far in outcomes)
    assert len(polls) > 40, "it did less than it is known to do"
    await forget(voting, polls)
    log = await voting.logs_of(polls)
    said = await voting.announcements_of(polls)
    for poll in polls:
        for partition, records in log[poll.poll_id].items():
            is_right(poll, records, partition, voting.settings.voting_partitions)
        is_announced_right(poll, said[poll.poll_id], log[poll.poll_id][0])
        after = await voting.poll(poll)
        assert (after.control_number, after.changes_done, after.pauses_done) == (len(LIFE), 3, 2)
        assert not after.paused
        assert (after.idea_ids, after.removed_idea_ids) == ((*IDEAS, "idea_new"), IDEAS[:1])


async def forget(voting: Voting, polls: Sequence[Poll]) -> None:
    """Lets the machines of other tests leave these hundreds of polls alone."""
    ids = [poll.poll_id for poll in polls]
    await voting.database["polls"].update_many(
        {"_id": {"$in": ids}}, {"$set": {"stage": PollStage.RETIRED}}
    )


def is_right(poll: Poll, records: Sequence[Record], partition: int, partitions: int) -> None:
    """The first record of each number comes in its order; a repeat says the same."""
    by_number: dict[int, Any] = {}
    for record in records:
        assert not isinstance(record.body, Vote | Malformed)
        first = by_number.setdefault(record.body.number, record.body)
        assert first == record.body
    assert [type(body).__name__ for body in by_number.values()] == LIFE
    assert list(by_number) == list(range(1, len(LIFE) + 1))
    fold = Fold(partition, partitions)
    fold.take_all(records)
    counted = fold.polls[poll.poll_id]
    assert (counted.stage, counted.halted) == (Stage.SEALED, False)
    assert list(counted.ideas) == [*IDEAS, "idea_new"]
    assert (counted.removed, counted.closes_at_ms) == (
        frozenset({0}),
        milliseconds(poll.closes_at + LATER),
    )
    assert counted.set_aside == {v for v in VOTERS if partition_of(v, partitions) == partition}


def is_announced_right(
    poll: Poll, announced: Sequence[tuple[int, PollAnnounced]], records: Sequence[Record]
) -> None:
    """Each number was used once, the highest say how it ended, and taking away was waited for."""
    numbers = [change.number for _, change in announced]
    assert len(set(numbers)) == len(numbers)
    in_order = [change for _, change in sorted(announced, key=lambda said: said[1].number)]
    assert [c.accepting for c in in_order if c.accepting is not None][-1] is False
    assert [c.closes_at for c in in_order if c.closes_at is not None][-1] == poll.closes_at + LATER
    withdrawn = min(at_ms for at_ms, change in announced if change.withdrawn_idea_ids)
    changed = next(r for r in records if isinstance(r.body, BallotChanged))
    assert changed.appended_at_ms - withdrawn >= WAIT * 1000
    freed = min(at_ms for at_ms, change in announced if change.removed_idea_ids)
    assert changed.appended_at_ms <= freed
