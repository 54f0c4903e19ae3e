"""Events that could not be handled, parked with all behind them until somebody releases them.

Used by the consumer runtime and by each service's `dead-letters` commands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import Gauge
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts import topics
from groundswell_kit.clock import utc_now
from groundswell_kit.metrics import EVENTS_PARKED
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_kit.records import Headers, Record, event_type, key_text

# With the original and its headers this stays below what a topic takes.
MAX_REASON_CHARACTERS = 2_000
MAX_STACK_CHARACTERS = 16_000

PARKED_NOW = Gauge("groundswell_parked_now", "Events that are parked and wait for somebody.")


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """One parked record as it was, why it is parked and since when."""

    id: str
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    reason: str
    stack: str
    parked_at: datetime
    released: bool

    @property
    def key_text(self) -> str:
        """The key as people read and type it."""
        return key_text(self.key)


class DeadLetters:
    """The parked events of a service, in its own database; a copy of each goes to its topic.

    A key of a topic is parked while one of its events is. Its events are done in the order of the
    log: the later ones wait behind the first, whether it was released or not.
    """

    def __init__(self, database: AsyncDatabase[Document], service: str, outbox: Outbox) -> None:
        self._client = database.client
        self._parked = database["parked"]
        self._service = service
        self._outbox = outbox
        self._topic = topics.dead_letters(service).name

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._parked.create_index(
            [("topic", ASCENDING), ("key_text", ASCENDING), ("offset", ASCENDING)]
        )
        await self._parked.create_index(
            [
                ("released", ASCENDING),
                ("topic", ASCENDING),
                ("partition", ASCENDING),
                ("offset", ASCENDING),
            ],
            name="released",
            partialFilterExpression={"released": True},
        )

    async def is_parked(self, record: Record) -> bool:
        """Whether the key of this record is parked; joins an open transaction."""
        return await self._parked.find_one(_same_key(record), projection=["_id"]) is not None

    async def park(self, record: Record, reason: str, stack: str) -> None:
        """Parks a record that failed, and takes back the release of its key.

        Safe to repeat: the record is parked once, with the last reason.
        """

        async def work() -> None:
            await self._parked.update_many(_same_key(record), {"$set": {"released": False}})
            await self._put(record, reason, stack)

        await transaction(self._client, work)
        EVENTS_PARKED.labels(type=event_type(record)).inc()

    async def park_behind(self, record: Record) -> None:
        """Parks a record because its key is parked; it is released with the one before it.

        Safe to repeat. Runs in the transaction that saw the key parked, where there is one.
        """

        async def work() -> None:
            if await self._parked.find_one({"_id": _row_id(record)}) is None:
                await self._put(record, "an earlier event of this key is parked", "")

        await transaction(self._client, work)

    async def done(self, record: Record) -> None:
        """Forgets a record that took effect after all, in the transaction of the effect.

        Its release passes on to the next one of the key, which may have come after the command.
        """
        await self._parked.delete_one({"_id": _row_id(record)})
        await self._parked.find_one_and_update(
            _same_key(record), {"$set": {"released": True}}, sort=[("offset", ASCENDING)]
        )

    async def list(self, limit: int) -> Sequence[ParkedEvent]:
        """Parked events, those that failed themselves and those behind, by key and in order."""
        order = [("topic", ASCENDING), ("key_text", ASCENDING), ("offset", ASCENDING)]
        rows = await self._parked.find().sort(order).limit(limit).to_list()
        return [_event(row) for row in rows]

    async def show(self, event_id: str) -> ParkedEvent | None:
        """One parked event by the id that `list` gives."""
        row = await self._parked.find_one({"_id": event_id})
        return None if row is None else _event(row)

    async def release(self, key: str | None = None) -> int:
        """Lets the service try the events of a key again, or all; how many it will try.

        `key` is the record's key as text (in base64 when it is not UTF-8), in whatever topic. The
        service's own consumer takes them up within seconds. Safe to repeat.
        """
        which = {} if key is None else {"key_text": key}
        result = await self._parked.update_many(which, {"$set": {"released": True}})
        return result.matched_count

    async def released_partitions(self) -> set[tuple[str, int]]:
        """The topics and partitions that have released events."""
        groups = await self._parked.aggregate(
            [
                {"$match": {"released": True}},
                {"$group": {"_id": {"topic": "$topic", "partition": "$partition"}}},
            ]
        )
        return {(row["_id"]["topic"], row["_id"]["partition"]) async for row in groups}

    async def next_released(self, topic: str, partition: int) -> ParkedEvent | None:
        """What to try next of a partition: the first event of a released key, or None."""
        released = {"released": True, "topic": topic, "partition": partition}
        row = await self._parked.find_one(released, sort=[("offset", ASCENDING)])
        if row is None:
            return None
        same_key = {"topic": topic, "key_text": row["key_text"]}
        first = await self._parked.find_one(same_key, sort=[("offset", ASCENDING)])
        return _event(first or row)

    async def measure(self) -> None:
        """Sets the gauge of parked events."""
        PARKED_NOW.set(await self._parked.count_documents({}))

    async def _put(self, record: Record, reason: str, stack: str) -> None:
        reason = _storable(reason[:MAX_REASON_CHARACTERS])
        stack = _storable(stack[-MAX_STACK_CHARACTERS:])
        origin = {
            "topic": record.topic,
            "partition": record.partition,
            "offset": record.offset,
            "key": record.key,
            "key_text": key_text(record.key),
            "value": record.value,
            "headers": [list(header) for header in record.headers],
            "released": False,
        }
        await self._parked.update_one(
            {"_id": _row_id(record)},
            {
                "$set": {"reason": reason, "stack": stack, "parked_at": utc_now()},
                "$setOnInsert": origin,
            },
            upsert=True,
        )
        letter = [
            *record.headers,
            ("dlt_service", self._service.encode()),
            ("dlt_reason", reason.encode()),
            ("dlt_stack", stack.encode()),
            ("dlt_topic", record.topic.encode()),
            ("dlt_partition", str(record.partition).encode()),
            ("dlt_offset", str(record.offset).encode()),
        ]
        await self._outbox.add_raw(self._topic, record.key, record.value or b"", letter)


def _storable(text: str) -> str:
    """Without lone surrogates, which an exception may quote and neither MongoDB nor Kafka takes."""
    return text.encode("utf-8", "replace").decode()


def _same_key(record: Record) -> Document:
    return {"topic": record.topic, "key_text": key_text(record.key)}


def _row_id(record: Record) -> str:
    return f"{record.topic}/{record.partition}/{record.offset}"


def _event(row: Document) -> ParkedEvent:
    return ParkedEvent(
        id=row["_id"],
        topic=row["topic"],
        partition=row["partition"],
        offset=row["offset"],
        key=row["key"],
        value=row["value"],
        headers=[(name, value) for name, value in row["headers"]],
        reason=row["reason"],
        stack=row["stack"],
        parked_at=row["parked_at"],
        released=row["released"],
    )
