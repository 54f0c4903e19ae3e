"""The archiver: appends every record of the votes log to MongoDB. Run as a role of its own."""

import asyncio
import time

from aiokafka import ConsumerRecord
from pymongo.errors import PyMongoError

from groundswell_kit.health import Heartbeat
from groundswell_kit.mongo import Document
from groundswell_kit.observability import get_logger
from groundswell_kit.partitions import PartitionReader, Position
from groundswell_kit.waiting import pause
from groundswell_voting.archive.records import (
    Archive,
    ArchiveDiffers,
    ArchivedRecord,
    document,
)
from groundswell_voting.metrics import ARCHIVED, HALTED, show_lag
from groundswell_voting.voteslog.codec import UnknownRecordType, decode, record_id
from groundswell_voting.voteslog.rules import Malformed, Vote

log = get_logger()

BATCH_RECORDS = 2_000
# While MongoDB writes one batch, the documents of another are made.
BATCHES_AT_ONCE = 2
# Each batch costs MongoDB two journaled writes, however small it is: let some records gather.
GATHER_SECONDS = 0.25


class Archiver:
    """Archives the partitions that its reader owns until told to stop.

    Records first, position after: a crash in between writes some records twice, which the archive
    takes as one.
    """

    def __init__(self, reader: PartitionReader, archive: Archive, heartbeat: Heartbeat) -> None:
        self._reader = reader
        self._archive = archive
        self._heartbeat = heartbeat
        self._room = asyncio.Semaphore(BATCHES_AT_ONCE)
        self._lag_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Archive until `stop`. MongoDB or Kafka away: wait and go on."""

        async def turn() -> None:
            if await self._turn() < BATCH_RECORDS:
                await pause(stop, GATHER_SECONDS)

        await self._reader.run(stop, turn, away=(PyMongoError,))

    async def _turn(self) -> int:
        """Archive what has come, and tell how many records that were."""
        fetched = await self._reader.fetch(timeout_seconds=0.2)
        ended = await asyncio.gather(
            *(self._append_all(partition, records) for partition, records in fetched.items()),
            return_exceptions=True,  # none goes on behind the reader's back
        )
        for error in ended:
            if isinstance(error, BaseException):
                raise error
        await self._show()
        self._heartbeat.beat()
        return sum(map(len, fetched.values()))

    async def _append_all(
        self, partition: int, records: list[ConsumerRecord[bytes, bytes]]
    ) -> None:
        for start in range(0, len(records), BATCH_RECORDS):
            async with self._room:
                if not await self._append(partition, records[start : start + BATCH_RECORDS]):
                    self._reader.restart(partition)
                    return

    async def _append(self, partition: int, records: list[ConsumerRecord[bytes, bytes]]) -> bool:
        """Archive one batch; False when the stored position is not where it begins."""
        begins_at = records[0].offset
        try:
            await self._archive.append([_document(record) for record in records])
        except ArchiveDiffers as error:
            self._reader.halt(partition, f"the archive differs from the log: {error}")
            return True
        position = Position(begins_at + len(records), record_id(records[-1]))
        if not await self._archive.move(partition, begins_at, position):
            return False
        ARCHIVED.inc(len(records))
        return True

    async def _show(self) -> None:
        if time.monotonic() - self._lag_at < 1.0:
            return
        self._lag_at = time.monotonic()
        show_lag("archiver", await self._reader.lag())
        for partition in self._reader.halted:
            HALTED.labels("archiver", partition).set(1)


def _document(raw: ConsumerRecord[bytes, bytes]) -> Document:
    record = ArchivedRecord(
        raw.partition, raw.offset, raw.timestamp, raw.key, raw.value, raw.headers
    )
    try:
        body = decode(record).body
    except UnknownRecordType:
        # Kept as it is: what the archive cannot read now, a later version may.
        return document(record, poll_id=None, voter=None)
    if isinstance(body, Malformed):
        return document(record, poll_id=None, voter=None)
    voter = body.voter if isinstance(body, Vote) else None
    return document(record, poll_id=body.poll_id, voter=voter)
