"""The state machine of polls: the one writer of control records and announcements.

Runs in voting's worker under a lease. Each step follows from the stored poll alone, so a crash in
a step repeats it with the same content, and the count and the ballot boxes take it once.
"""

import asyncio
import time

from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from pymongo.errors import PyMongoError

from groundswell_kit.health import Heartbeat
from groundswell_kit.leases import Lease
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import cancel, growing_delay, pause
from groundswell_voting.control.history import LogHistory
from groundswell_voting.control.life import PollLife
from groundswell_voting.control.watch import Watch
from groundswell_voting.counting.projection import REDIS_AWAY
from groundswell_voting.metrics import MACHINE_HALTED, show_polls
from groundswell_voting.polls.rules import BEHIND_SEAL, UNDER_WAY, Poll, agrees_with_log
from groundswell_voting.polls.store import PollStore
from groundswell_voting.voteslog.codec import UnknownRecordType

log = get_logger()

TURN_SECONDS = 0.1
RENEW_BELOW_SECONDS = 3.0
RECOUNTS_AT_ONCE = 2
"""Polls behind their seal that are worked on at a time; the others wait their turn."""
AWAY = (KafkaError, PyMongoError, *REDIS_AWAY, OSError, TimeoutError)


class StateDisagrees(Exception):
    """The log and the stored polls tell different stories: somebody has to look at it."""


class PollMachine:
    """Moves every poll on while it holds the lease: one at a time, and beside them, each in a task
    of its own, those that are behind their seal.
    """

    def __init__(
        self,
        lease: Lease,
        polls: PollStore,
        history: LogHistory,
        life: PollLife,
        watch: Watch,
        heartbeat: Heartbeat,
    ) -> None:
        self._lease = lease
        self._polls = polls
        self._history = history
        self._life = life
        self._watch = watch
        self._heartbeat = heartbeat
        self._failures: dict[str, int] = {}
        self._retry_after: dict[str, float] = {}
        self._beside: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(RECOUNTS_AT_ONCE)
        self._compared = False
        self.halted: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop`. An engine away: wait and go on."""
        failures = 0
        while not stop.is_set():
            try:
                all_moved = await self._turn(stop)
                failures = 0
            except AWAY as error:
                log.warning("state machine interrupted", error=repr(error))
                all_moved = False
                failures += 1
            if all_moved:
                self._heartbeat.beat()
            await pause(stop, growing_delay(failures) if failures else TURN_SECONDS)
        try:
            await self._drop_all()
        finally:
            await self._let_go()

    async def ready(self) -> None:
        """Raises while log and state disagree."""
        if self.halted is not None:
            raise StateDisagrees(self.halted)

    async def _turn(self, stop: asyncio.Event) -> bool:
        """One step of every poll; False while one of them cannot be moved on."""
        if self.halted is not None:
            return True
        if not await self._holds_lease():
            await self._drop_all()
            self._failures.clear()
            show_polls(refused=0, stuck=0)
            return True
        if not self._compared:
            # The lease may have been lost and come back in between.
            await self._drop_all()
            self._compared = await self._agrees()
        # Before polls are read: what such a task has made of its poll must stand in the reading.
        self._beside = {key: task for key, task in self._beside.items() if not task.done()}
        polls = [poll async for poll in self._polls.unfinished_of_all_brands()]
        for poll in polls:
            # A step may have taken longer than the lease lasts; then others are at it.
            if stop.is_set() or not self._compared or not await self._holds_lease():
                break
            if time.monotonic() >= self._retry_after.get(poll.poll_id, 0.0):
                await self._move_on(poll)
            if poll.stage in UNDER_WAY:
                await self._watch.look_at(poll)
        refused = sum(poll.refusal is not None for poll in polls)
        show_polls(refused=refused, stuck=len(self._failures))
        return not self._failures

    async def _move_on(self, poll: Poll) -> None:
        if poll.stage not in BEHIND_SEAL:
            await self._try_step(poll)
        elif poll.poll_id not in self._beside:
            self._beside[poll.poll_id] = asyncio.create_task(self._step_beside(poll))

    async def _step_beside(self, poll: Poll) -> None:
        async with self._places:
            await self._try_step(poll)

    async def _drop_all(self) -> None:
        """Nothing that was begun here goes on; whoever holds the lease next does it again."""
        await cancel(*self._beside.values())
        self._beside.clear()
        await self._life.forget()

    async def _try_step(self, poll: Poll) -> None:
        """One poll that cannot be moved on waits longer and longer, and holds up no other."""
        try:
            await self._life.step(poll)
        except Exception as error:
            log.exception("poll does not move on", poll_id=poll.poll_id, error=repr(error))
            failures = self._failures[poll.poll_id] = self._failures.get(poll.poll_id, 0) + 1
            self._retry_after[poll.poll_id] = time.monotonic() + growing_delay(failures)
        else:
            self._failures.pop(poll.poll_id, None)

    async def _holds_lease(self) -> bool:
        if self._lease.remaining() > RENEW_BELOW_SECONDS:
            return True
        held = await self._lease.acquire_or_renew()
        self._compared = self._compared and held
        return held

    async def _let_go(self) -> None:
        try:
            await self._lease.release()
        except PyMongoError as error:
            log.warning("lease not released, it runs out", error=repr(error))

    async def _agrees(self) -> bool:
        """Compare with the log; halts when state and log disagree."""
        if await self._disagreement() is None:
            return True
        # Another worker may have finished a record between our two readings; not twice, though:
        # it has lost its lease.
        self.halted = await self._disagreement()
        if self.halted is not None:
            MACHINE_HALTED.set(1)
            log.error("log and state disagree", detail=self.halted)
        return self.halted is None

    async def _disagreement(self) -> str | None:
        polls = [poll async for poll in self._polls.unfinished_of_all_brands()]
        try:
            logged = await self._history.numbers([poll.poll_id for poll in polls])
        except UnknownRecordType as error:
            return f"the log holds what this version cannot read: {error}"
        except OffsetOutOfRangeError as error:
            return f"the log is shorter than its archive: {error}"
        for poll in polls:
            number = logged.pop(poll.poll_id)
            if not agrees_with_log(poll, number):
                return f"{poll.poll_id} is at {poll.control_number}, its log at {number}"
        for poll_id in logged:
            if await self._polls.find_public(poll_id) is None:
                return f"the log holds {poll_id}, which is not known here"
        return None
