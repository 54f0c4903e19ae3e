"""The counter: folds the votes log into Redis, one owner per partition. Run as a role of its own.

It repeats nothing after a crash, changes nothing when it has been replaced, and builds Redis again
from the log when Redis lost its last seconds or everything.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiokafka import ConsumerRecord

from groundswell_kit.health import Heartbeat
from groundswell_kit.observability import get_logger
from groundswell_kit.partitions import PartitionReader
from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.projection import REDIS_AWAY, NotRestored, Projection
from groundswell_voting.counting.rules import Verdict
from groundswell_voting.metrics import (
    COUNTED_RECORDS,
    HALTED,
    POLLS_HALTED,
    REBUILT,
    STALE_WRITES,
    show_lag,
)
from groundswell_voting.voteslog.codec import UnknownRecordType, decode
from groundswell_voting.voteslog.rules import Record

log = get_logger()

COMPARE_SECONDS = 1.0
BATCH_RECORDS = 2_000


@dataclass(slots=True)
class _Memory:
    """The fold of one partition, good as long as the stored offset is the one it holds at."""

    offset: int
    fold: Fold


class Counter:
    """Counts the partitions that its reader owns until told to stop."""

    def __init__(
        self, reader: PartitionReader, projection: Projection, partitions: int, heartbeat: Heartbeat
    ) -> None:
        self._reader = reader
        self._projection = projection
        self._partitions = partitions
        self._heartbeat = heartbeat
        self._memory: dict[int, _Memory] = {}
        self._compared_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Count until `stop`. Redis or Kafka away: wait and go on; halted partitions stay so."""
        await self._reader.run(stop, self._turn, away=(*REDIS_AWAY, NotRestored))

    async def _turn(self) -> None:
        fetched = await self._reader.fetch(timeout_seconds=0.2)
        # While Redis works for one partition, another one is folded.
        counted = await asyncio.gather(
            *(self._count_all(partition, records) for partition, records in fetched.items()),
            return_exceptions=True,
        )
        for failure in counted:
            if failure is not None:
                raise failure
        await self._compare()
        self._heartbeat.beat()
        for partition in self._reader.halted:
            HALTED.labels("counter", partition).set(1)

    async def _count_all(self, partition: int, raw: list[ConsumerRecord[bytes, bytes]]) -> None:
        for start in range(0, len(raw), BATCH_RECORDS):
            left: Sequence[Record] = self._decode(partition, raw[start : start + BATCH_RECORDS])
            while left:
                counted = await self._count(partition, left)
                if counted is None:
                    self._restart(partition)
                    return
                left = left[counted:]
            if partition in self._reader.halted:
                return

    async def _count(self, partition: int, decoded: Sequence[Record]) -> int | None:
        """Fold one batch into Redis, of these records or the first of them; how many.

        None when Redis does not stand where the batch begins.
        """
        # What fails on the way, or has an unknown outcome, leaves no memory: Redis is read again.
        memory = self._memory.pop(partition, None)
        if memory is None:
            position, fold = await self._projection.restore(partition, self._partitions)
            memory = _Memory(position.offset, fold)
        fold, begins_at = memory.fold, decoded[0].offset
        records = fold.at_once(decoded)
        position, fold.ballots = await self._projection.load(partition, fold.ballots_of(records))
        if position.offset != begins_at or memory.offset != begins_at:
            return None
        verdicts = fold.take_all(records)
        if not await self._projection.save(fold, begins_at, records[-1]):
            STALE_WRITES.inc()
            return None
        _note(fold, verdicts)
        fold.stored()
        self._memory[partition] = _Memory(begins_at + len(records), fold)
        return len(records)

    def _decode(self, partition: int, raw: list[ConsumerRecord[bytes, bytes]]) -> list[Record]:
        """The records up to the first that cannot be judged, which halts the partition."""
        records = []
        for record in raw:
            try:
                records.append(decode(record))
            except UnknownRecordType as error:
                self._reader.halt(partition, f"a record of unknown type: {error}")
                break
        return records

    async def _compare(self) -> None:
        """Once a second, see that Redis still holds what was counted."""
        if time.monotonic() - self._compared_at < COMPARE_SECONDS:
            return
        self._compared_at = time.monotonic()
        for partition, offset in self._reader.placed().items():
            position = await self._projection.position(partition)
            if position.offset != offset:
                self._restart(partition)
        for partition in set(self._memory) - self._reader.owned:
            del self._memory[partition]
        show_lag("counter", await self._reader.lag())

    def _restart(self, partition: int) -> None:
        log.warning("counting goes on from what Redis holds", partition=partition)
        REBUILT.inc()
        self._memory.pop(partition, None)
        self._reader.restart(partition)


def _note(fold: Fold, verdicts: list[Verdict | None]) -> None:
    for verdict in set(verdicts):
        COUNTED_RECORDS.labels(verdict or "other").inc(verdicts.count(verdict))
    for poll_id in fold.changed_polls:
        if fold.polls[poll_id].halted:
            POLLS_HALTED.inc()
            log.error("poll halted: a record is missing", poll_id=poll_id, partition=fold.partition)
