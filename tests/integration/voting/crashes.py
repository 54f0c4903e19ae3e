"""Workers that are killed, or fall asleep, between any two of their steps."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

from groundswell_contracts.polls import PollAnnounced
from groundswell_voting.control.life import PollLife
from groundswell_voting.control.records import ControlEvent
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.polls.rules import Poll, PollStage, What, agrees_with_log
from groundswell_voting.polls.store import PollStore
from tests.integration.voting.installation import Voting

WAIT = 0.1
AT_ONCE = 8

How = Literal["killed", "asleep"]
Plan = Callable[[Voting], Awaitable[tuple[Poll, Sequence[What]]]]
"""Makes a poll, and tells the changes that are asked of it."""


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


async def interrupted(
    voting: Voting, plan: Plan, steps: int, how: How, moves: int
) -> tuple[Poll, bool]:
    """A poll whose first worker ends after so many steps, and that another one takes over.

    One that fell asleep wakes up after so many moves of the other one, and does what it was about
    to do. Also whether the first worker came that far at all.
    """
    poll, changes = await plan(voting)
    for what in changes:
        await voting.ask(poll, what)
    fuse = Fuse(steps, how)
    writer = DoomedWriter(voting, fuse)
    writer.written = (await voting.poll(poll)).control_number
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


async def all_interrupted(voting: Voting, plan: Plan, how: How, moves: int) -> list[Poll]:
    """Such polls, one for each step that a worker takes from a poll's plan to its seal."""
    polls: list[Poll] = []
    came_that_far = True
    while came_that_far:
        steps = range(len(polls), len(polls) + AT_ONCE)
        outcomes = await asyncio.gather(*(interrupted(voting, plan, n, how, moves) for n in steps))
        polls += [poll for poll, _ in outcomes]
        came_that_far = all(far for _, far in outcomes)
    await _forget(voting, polls)
    return polls


async def _forget(voting: Voting, polls: Sequence[Poll]) -> None:
    """Lets the machines of other tests leave these hundreds of polls alone."""
    ids = [poll.poll_id for poll in polls]
    await voting.database["polls"].update_many(
        {"_id": {"$in": ids}}, {"$set": {"stage": PollStage.RETIRED}}
    )
