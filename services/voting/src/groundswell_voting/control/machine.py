"""The state machine of polls: the one writer of control records and announcements.

Runs in voting's worker under a lease. Each step follows from the stored poll alone, so a crash in
a step repeats it with the same content, and the count and the ballot boxes take it once.
"""

import asyncio
import time

from aiokafka.errors import KafkaError, OffsetOutOfRangeError
from pymongo.errors import PyMongoError
from redis.exceptions import RedisError

from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.polls import PollAnnounced
from groundswell_contracts.votes import PollRetired, TallySealed, VotingClosed, VotingOpened
from groundswell_kit.clock import utc_now
from groundswell_kit.health import Heartbeat
from groundswell_kit.leases import Lease
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import growing_delay, pause
from groundswell_voting.certification.commands import CertificationCommands
from groundswell_voting.control.history import LogHistory
from groundswell_voting.control.writer import ControlEvent, LogWriter
from groundswell_voting.metrics import MACHINE_HALTED, show_polls
from groundswell_voting.polls.rules import Poll, PollStage, agrees_with_log
from groundswell_voting.polls.store import PollStore
from groundswell_voting.voteslog.codec import UnknownRecordType, milliseconds

log = get_logger()

TURN_SECONDS = 0.1
RENEW_BELOW_SECONDS = 3.0
CERTIFY_AGAIN_SECONDS = 5.0
AWAY = (KafkaError, PyMongoError, RedisError, OSError, TimeoutError)


class StateDisagrees(Exception):
    """The log and the stored polls tell different stories: somebody has to look at it."""


class PollMachine:
    """Moves every poll on, one at a time, while it holds the lease.

    `announce_seconds` is how long an announcement must be known before what it takes away may be
    written to the log: the ballot box's request deadline and its lease together.
    """

    def __init__(
        self,
        lease: Lease,
        polls: PollStore,
        history: LogHistory,
        writer: LogWriter,
        certification: CertificationCommands,
        heartbeat: Heartbeat,
        announce_seconds: float,
    ) -> None:
        self._lease = lease
        self._polls = polls
        self._history = history
        self._writer = writer
        self._certification = certification
        self._heartbeat = heartbeat
        self._announce_seconds = announce_seconds
        self._acknowledged: dict[str, float] = {}
        self._probe_after: dict[str, float] = {}
        self._certify_after: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._retry_after: dict[str, float] = {}
        self._compared = False
        self.halted: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop`. An engine away: wait and go on."""
        failures = 0
        while not stop.is_set():
            try:
                all_moved = await self._turn()
                failures = 0
            except AWAY as error:
                log.warning("state machine interrupted", error=repr(error))
                all_moved = False
                failures += 1
            if all_moved:
                self._heartbeat.beat()
            await pause(stop, growing_delay(failures) if failures else TURN_SECONDS)
        await self._let_go()

    async def ready(self) -> None:
        """Raises while log and state disagree."""
        if self.halted is not None:
            raise StateDisagrees(self.halted)

    async def _turn(self) -> bool:
        """One step of every poll; False while one of them cannot be moved on."""
        if self.halted is not None:
            return True
        if not await self._holds_lease():
            self._acknowledged.clear()
            self._failures.clear()
            show_polls(refused=0, stuck=0)
            return True
        if not self._compared:
            self._compared = await self._agrees()
        polls = [poll async for poll in self._polls.unfinished_of_all_brands()]
        for poll in polls:
            # A step may have taken longer than the lease lasts; then others are at it.
            if not self._compared or not await self._holds_lease():
                break
            if time.monotonic() >= self._retry_after.get(poll.poll_id, 0.0):
                await self._try_step(poll)
        refused = sum(poll.refusal is not None for poll in polls)
        show_polls(refused=refused, stuck=len(self._failures))
        return not self._failures

    async def _try_step(self, poll: Poll) -> None:
        """One poll that cannot be moved on waits longer and longer, and holds up no other."""
        try:
            await self._step(poll)
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

    async def _step(self, poll: Poll) -> None:
        match poll.stage:
            case PollStage.PLANNED:
                await self._control(poll, PollStage.OPENED)
            case PollStage.OPENED:
                await self._announce_opening(poll)
            case PollStage.OPEN:
                await self._close_when_due(poll)
            case PollStage.CLOSING:
                await self._announce_closing_and_wait(poll)
            case PollStage.CLOSED:
                await self._control(poll, PollStage.SEALED)
            case PollStage.SEALED:
                await self._certify(poll)
            case PollStage.CERTIFIED:
                await self._control(poll, PollStage.RETIRED)

    async def _control(self, poll: Poll, after: PollStage) -> None:
        """Write the next control record to every partition, then move the poll on."""
        number = poll.control_number + 1
        writing = await self._polls.change(poll, writing=number)
        if writing is None:
            return
        await self._writer.append_control(poll.brand_id, _control_event(poll, after, number))
        await self._polls.change(poll, stage=after, control_number=number, writing=None)
        log.info("poll moved on", poll_id=poll.poll_id, stage=after)

    async def _certify(self, poll: Poll) -> None:
        """Certify, at once when the archive has come to the seal; after a refusal now and then."""
        if time.monotonic() < self._certify_after.get(poll.poll_id, 0.0):
            return
        await self._certification.certify(poll)
        if poll.refusal is not None:
            self._certify_after[poll.poll_id] = time.monotonic() + CERTIFY_AGAIN_SECONDS

    async def _announce_opening(self, poll: Poll) -> None:
        """What gives is written to the log first and announced after."""
        announcement = PollAnnounced(
            poll_id=poll.poll_id,
            contest_id=poll.contest_id,
            number=1,
            accepting=True,
            closes_at=poll.closes_at,
            rules=PollRules(ideas_per_ballot=poll.ideas_per_ballot),
            idea_ids=list(poll.idea_ids),
        )
        await self._writer.announce(poll.brand_id, announcement)
        await self._polls.change(poll, stage=PollStage.OPEN, announcement_number=1)

    async def _close_when_due(self, poll: Poll) -> None:
        if poll.close_requested:
            await self._start_closing(poll, "closed_early")
        elif utc_now() >= poll.closes_at and await self._broker_passed(poll):
            await self._start_closing(poll, "deadline")

    async def _start_closing(self, poll: Poll, reason: str) -> None:
        # The number in between may have gone to a question for the broker's time.
        number = poll.announcement_number + 2
        await self._polls.change(
            poll, stage=PollStage.CLOSING, close_reason=reason, announcement_number=number
        )

    async def _broker_passed(self, poll: Poll) -> bool:
        """Whether the broker's clock has reached the closing time; ours only says when to ask.

        The question is an announcement that changes nothing: its append time is the answer.
        """
        if time.monotonic() < self._probe_after.get(poll.poll_id, 0.0):
            return False
        appended_at_ms = await self._writer.announce(
            poll.brand_id,
            PollAnnounced(
                poll_id=poll.poll_id,
                contest_id=poll.contest_id,
                number=poll.announcement_number + 1,
                closes_at=poll.closes_at,
            ),
        )
        remaining = (milliseconds(poll.closes_at) - appended_at_ms) / 1000
        self._probe_after[poll.poll_id] = time.monotonic() + remaining
        return remaining <= 0

    async def _announce_closing_and_wait(self, poll: Poll) -> None:
        """What takes away is announced first; the log has it when no ballot box can miss it.

        After a restart the announcement is repeated and the whole time waited again.
        """
        acknowledged = self._acknowledged.get(poll.poll_id)
        if acknowledged is None:
            announcement = PollAnnounced(
                poll_id=poll.poll_id,
                contest_id=poll.contest_id,
                number=poll.announcement_number,
                accepting=False,
            )
            await self._writer.announce(poll.brand_id, announcement)
            self._acknowledged[poll.poll_id] = time.monotonic()
        elif time.monotonic() - acknowledged >= self._announce_seconds:
            await self._control(poll, PollStage.CLOSED)


def _control_event(poll: Poll, after: PollStage, number: int) -> ControlEvent:
    match after:
        case PollStage.OPENED:
            return VotingOpened(
                poll_id=poll.poll_id,
                contest_id=poll.contest_id,
                number=number,
                rules=PollRules(ideas_per_ballot=poll.ideas_per_ballot),
                idea_ids=list(poll.idea_ids),
                closes_at=poll.closes_at,
            )
        case PollStage.CLOSED:
            return VotingClosed(
                poll_id=poll.poll_id,
                number=number,
                reason="deadline" if poll.close_reason == "deadline" else "closed_early",
            )
        case PollStage.SEALED:
            return TallySealed(poll_id=poll.poll_id, number=number)
        case PollStage.RETIRED:
            return PollRetired(poll_id=poll.poll_id, number=number)
    raise ValueError(f"no control record leads to {after}")
