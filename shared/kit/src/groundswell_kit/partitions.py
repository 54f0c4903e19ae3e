"""Reading owned partitions of a topic from positions that are kept outside Kafka.

For processes whose position lies with their result: voting's counter and archiver. A consumer
group shares the partitions out; nothing is ever committed to it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError

from groundswell_kit.kafka import close
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import growing_delay, pause

log = get_logger()

START_SECONDS = 30.0
LAG_SECONDS = 5.0
FETCH_BYTES = 256 * 1024
LEAVE_SECONDS = 2.0
SILENCE_SECONDS = 10.0
GIVE_UP_FAILURES = 12  # about 45 seconds

RawRecord = ConsumerRecord[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Position:
    """The next offset to read, and the id of the record before it (None at the start)."""

    offset: int
    last_id: str | None


class PartitionsHalted(Exception):
    """Partitions that must not be read on, with the reason of each."""


class PartitionReader:
    """The partitions that this process owns now, each read in order and without a hole.

    `load` gives the stored position of a partition, `record_id` the id of a record. Before a
    partition is read on, the record before its position is read again: another record there, an
    offset that the log does not have, or a hole halts the partition (`halted`, by partition) for
    good, because then the log is not the one that was read before. A process that dies without a
    word keeps its partitions for `session_seconds`.
    """

    def __init__(
        self,
        bootstrap: str,
        topic: str,
        group: str,
        *,
        load: Callable[[int], Awaitable[Position]],
        record_id: Callable[[RawRecord], str],
        fetch_bytes: int = 1 << 20,
        session_seconds: float = 6.0,
    ) -> None:
        self.halted: dict[int, str] = {}
        self._topic = topic
        self._load = load
        self._record_id = record_id
        self._cursors: dict[int, _Cursor] = {}
        self._owned: set[int] = set()
        self._answered_at = time.monotonic()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            partition_assignment_strategy=(StickyPartitionAssignor,),
            session_timeout_ms=round(session_seconds * 1000),
            heartbeat_interval_ms=round(session_seconds * 250),
            max_partition_fetch_bytes=fetch_bytes,
            # Each batch costs its reader round trips, however small it is: let some gather.
            fetch_min_bytes=FETCH_BYTES,
            fetch_max_wait_ms=100,
        )

    async def run(
        self,
        stop: asyncio.Event,
        turn: Callable[[], Awaitable[None]],
        away: tuple[type[Exception], ...],
    ) -> None:
        """Be a member of the group and take turn after turn until `stop`.

        When Kafka, or what `away` names, fails a turn, everything fetched is dropped, and it goes
        on from the stored positions after a growing delay. Raises KafkaError when that does not
        help any more: a client can be dead for good, and only a new process gets a new one.
        """
        interruptions: tuple[type[Exception], ...] = (KafkaError, OSError, TimeoutError, *away)
        await self.start()
        failures = 0
        try:
            while not stop.is_set():
                try:
                    await turn()
                    failures = 0
                except interruptions as error:
                    failures += 1
                    if isinstance(error, KafkaError) and failures >= GIVE_UP_FAILURES:
                        raise
                    log.warning("reading interrupted", topic=self._topic, error=repr(error))
                    for partition in self.owned:
                        self.restart(partition)
                    await pause(stop, growing_delay(failures))
        finally:
            await self.stop()

    async def start(self) -> None:
        """Join the group. Raises KafkaError or TimeoutError."""
        try:
            async with asyncio.timeout(START_SECONDS):
                await self._consumer.start()
        except BaseException:
            await self.stop()
            raise
        self._consumer.subscribe([self._topic], listener=_Ownership(self._own))

    async def stop(self) -> None:
        """Leave the group, so that others take over at once."""
        await close(self._consumer, LEAVE_SECONDS)

    @property
    def owned(self) -> frozenset[int]:
        """The partitions that the group gives to this process now."""
        return frozenset(self._owned)

    def placed(self) -> dict[int, int]:
        """The offset at which each partition that is read goes on; all before it was fetched."""
        return {p: c.next for p, c in self._cursors.items() if p not in self.halted}

    def restart(self, partition: int) -> None:
        """Drop what was fetched of a partition and go on from its stored position."""
        self._cursors.pop(partition, None)

    async def fetch(self, timeout_seconds: float) -> dict[int, list[RawRecord]]:
        """New records by partition: each list starts where the last one ended. May be empty."""
        await self._place()
        try:
            fetched = await self._consumer.getmany(timeout_ms=int(timeout_seconds * 1000))
        except NoOffsetForPartitionError:
            # A partition came to us during the call and has not been placed yet.
            await asyncio.sleep(0.01)
            return {}
        except OffsetOutOfRangeError as error:
            for tp in error.args[0]:
                self.halt(tp.partition, "the log does not have the stored offset")
            return {}
        batches = {tp.partition: self._in_order(tp.partition, fetched[tp]) for tp in fetched}
        return {partition: records for partition, records in batches.items() if records}

    async def ready(self) -> None:
        """Raises PartitionsHalted while a partition is halted, TimeoutError while Kafka is away."""
        if self.halted:
            raise PartitionsHalted(self.halted)
        if time.monotonic() - self._answered_at > SILENCE_SECONDS:
            raise TimeoutError

    async def lag(self) -> dict[int, int]:
        """Records behind this process, by owned partition. TimeoutError when Kafka is away.

        Readiness lives from it: to be asked every few seconds.
        """
        placed = {TopicPartition(self._topic, p): c for p, c in self._cursors.items()}
        async with asyncio.timeout(LAG_SECONDS):
            ends = await self._consumer.end_offsets(list(placed))
        self._answered_at = time.monotonic()
        return {tp.partition: max(0, end - placed[tp].next) for tp, end in ends.items()}

    def _own(self, partitions: Iterable[int]) -> None:
        # A new assignment starts without positions, also for partitions that stay with us.
        self._owned = set(partitions)
        self._cursors.clear()

    async def _place(self) -> None:
        for partition in self.owned - set(self._cursors):
            halted = partition in self.halted
            position = Position(0, None) if halted else await self._load(partition)
            if partition not in self._owned or partition in self._cursors:
                continue
            tp = TopicPartition(self._topic, partition)
            self._consumer.seek(tp, max(0, position.offset - 1))
            self._cursors[partition] = _Cursor(position.offset, position.last_id)
            if halted:
                self._consumer.pause(tp)

    def _in_order(self, partition: int, records: list[RawRecord]) -> list[RawRecord]:
        cursor = self._cursors.get(partition)
        if cursor is None or partition in self.halted:
            return []
        if cursor.unverified_id is not None:
            first = records[0]
            if first.offset != cursor.next - 1 or self._record_id(first) != cursor.unverified_id:
                self.halt(partition, "the log holds another record than the one counted before")
                return []
            cursor.unverified_id = None
            records = records[1:]
        if not follows(records, cursor.next):
            if not cursor.begun:  # read again from the stored position, and still a hole
                self.halt(partition, "the log has a hole")
            self.restart(partition)
            return []
        cursor.begun = cursor.begun or bool(records)
        cursor.next += len(records)
        return records

    def halt(self, partition: int, reason: str) -> None:
        """Stop reading a partition for good: somebody has to look at it."""
        log.error("partition halted", topic=self._topic, partition=partition, reason=reason)
        self.halted[partition] = reason
        self._consumer.pause(TopicPartition(self._topic, partition))


def follows(records: Iterable[RawRecord], offset: int) -> bool:
    """Whether records start at an offset and go on from it without a hole."""
    return all(record.offset == expected for expected, record in enumerate(records, offset))


@dataclass(slots=True)
class _Cursor:
    """Where a partition is read on; `begun` once records have followed from there."""

    next: int
    unverified_id: str | None
    begun: bool = False


class _Ownership(ConsumerRebalanceListener):
    """Tells which partitions are owned; placing them is left to `fetch`, which may fail."""

    def __init__(self, own: Callable[[Iterable[int]], None]) -> None:
        self._own = own

    async def on_partitions_revoked(self, _: Iterable[TopicPartition]) -> None:
        self._own(())

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._own(tp.partition for tp in assigned)
