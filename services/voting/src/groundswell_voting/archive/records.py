"""Archived log records in MongoDB: written by the archiver, read by receipts and certification.

A record's `_id` is partition * 2^48 + offset, so a partition is one range in the log's order. Read
by log position and by voter, not by brand: the log is one, and brands share its partitions.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass

from bson import Int64
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError

from groundswell_kit.mongo import Document
from groundswell_kit.partitions import Position

_OFFSETS = 1 << 48
_DUPLICATE_KEY = 11000


class ArchiveDiffers(Exception):
    """The archive holds another record at a position than the log does."""


@dataclass(frozen=True, slots=True)
class ArchivedRecord:
    """A record as the log held it; `timestamp` is the broker's append time in milliseconds."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class Archive:
    """The archive of the votes log."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._records = database["votes_log"]
        self._positions = database["votes_log_positions"]

    async def ensure_indexes(self) -> None:
        """Create the index that receipts use. Safe to repeat."""
        await self._records.create_index([("poll_id", 1), ("voter", 1), ("_id", 1)])

    async def position(self, partition: int) -> Position:
        """Where archiving of a partition goes on."""
        found = await self._positions.find_one({"_id": partition})
        return Position(0, None) if found is None else Position(found["offset"], found["last_id"])

    async def append(self, documents: Sequence[Document]) -> None:
        """Add records; those that are there already are left. Raises ArchiveDiffers."""
        try:
            await self._records.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            unsafe = error.details["writeConcernErrors"]  # what no majority has may be rolled back
            if unsafe or any(failure["code"] != _DUPLICATE_KEY for failure in failures):
                raise
            for failure in failures:
                await self._require_same(failure["op"])

    async def _require_same(self, document: Document) -> None:
        there = await self._records.find_one({"_id": document["_id"]})
        if there != document:
            partition, offset = divmod(document["_id"], _OFFSETS)
            raise ArchiveDiffers(f"partition {partition}, offset {offset}")

    async def move(self, partition: int, expected: int, position: Position) -> bool:
        """Store a partition's new position; False when it no longer stands where expected."""
        update = {"$set": {"offset": position.offset, "last_id": position.last_id}}
        try:
            moved = await self._positions.update_one(
                {"_id": partition, "offset": expected}, update, upsert=expected == 0
            )
        except DuplicateKeyError:  # expected the start, but somebody has begun
            return False
        return bool(moved.matched_count or moved.upserted_id is not None)

    async def count(self, partition: int, first_offset: int, last_offset: int) -> int:
        """How many records of a stretch are there, both ends included."""
        return await self._records.count_documents(
            {"_id": _range(partition, first_offset, last_offset)}
        )

    async def poll_records(
        self, partition: int, first_offset: int, last_offset: int, poll_id: str
    ) -> AsyncIterator[ArchivedRecord]:
        """A poll's records in a stretch of a partition, in the order of the log."""
        wanted = {"_id": _range(partition, first_offset, last_offset), "poll_id": poll_id}
        async for document in self._records.find(wanted, hint=[("_id", 1)]).sort("_id", 1):
            yield _record(document)

    async def voter_records(self, poll_id: str, voter: str) -> list[ArchivedRecord]:
        """Everything that one voter sent in a poll, in the order of the log."""
        cursor = self._records.find({"poll_id": poll_id, "voter": voter}).sort("_id", 1)
        return [_record(document) async for document in cursor]

    async def votes(self, poll_id: str) -> AsyncGenerator[ArchivedRecord, None]:
        """All votes of a poll, voter by voter."""
        async for document in self._records.find({"poll_id": poll_id, "voter": {"$gt": ""}}):
            yield _record(document)

    async def control_records(
        self, poll_id: str, partition: int | None = None
    ) -> list[ArchivedRecord]:
        """The control records of a poll, in one partition or in all; in the log's order in each."""
        wanted: Document = {"poll_id": poll_id, "voter": None}
        if partition is not None:
            wanted["_id"] = _range(partition, 0, _OFFSETS - 1)
        cursor = self._records.find(wanted).sort("_id", 1)
        return [_record(document) async for document in cursor]


def document(record: ArchivedRecord, poll_id: str | None, voter: str | None) -> Document:
    """The document of a log record; `voter` is None for everything but votes."""
    return {
        "_id": Int64(record.partition * _OFFSETS + record.offset),
        "poll_id": poll_id,
        "voter": voter,
        "appended_at_ms": Int64(record.timestamp),
        "key": record.key,
        "value": record.value,
        "headers": [[name, value] for name, value in record.headers],
    }


def _record(document: Document) -> ArchivedRecord:
    partition, offset = divmod(document["_id"], _OFFSETS)
    return ArchivedRecord(
        partition=partition,
        offset=offset,
        timestamp=document["appended_at_ms"],
        key=document["key"],
        value=document["value"],
        headers=[(name, value) for name, value in document["headers"]],
    )


def _range(partition: int, first_offset: int, last_offset: int) -> Document:
    start = partition * _OFFSETS
    return {"$gte": Int64(start + first_offset), "$lte": Int64(start + last_offset)}
