"""Events that wait to be published, written in the transaction of the change they tell of.

Used by stores, which take the events to emit as an argument; the relay publishes the rows.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import count

from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.event import Event
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document, in_transaction
from groundswell_kit.observability import current_traceparent
from groundswell_kit.records import Headers

KEPT_WHEN_SENT = timedelta(days=7)

# Below what the topics take, so that an event fails in the request that makes it and never in
# the relay, where it would hold up its key.
MAX_EVENT_BYTES = 3_900_000

Lane = tuple[str, bytes]
"""A topic and a key: what stays in order."""


class Outbox:
    """The outbox of a service, in its own database; `source` is its CloudEvents source."""

    def __init__(self, database: AsyncDatabase[Document], source: str) -> None:
        self._client = database.client
        self._rows = database["outbox"]
        self._sequences = database["outbox_sequences"]
        self._source = source

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        await self._rows.create_index(
            [("topic", ASCENDING), ("key", ASCENDING), ("sequence", ASCENDING)],
            name="unsent",
            partialFilterExpression={"sent_at": None},
        )
        await self._rows.create_index(
            "sent_at", expireAfterSeconds=int(KEPT_WHEN_SENT.total_seconds())
        )

    async def add(self, brand_id: str, events: Sequence[Event]) -> None:
        """Adds events, in this order, to what will be published when the transaction commits.

        Each gets its id, time, trace context and the next sequence of its topic and key. Raises
        RuntimeError outside of `transaction()`, ValueError for an event that is too large.
        """
        lanes = [(event.topic.name, event.key.encode()) for event in events]
        sequences = await self._next_sequences(lanes)
        now, traceparent = utc_now(), current_traceparent()
        rows = []
        for event, lane in zip(events, lanes, strict=True):
            envelope = CloudEvent(
                id=new_id("evt"),
                source=self._source,
                time=now,
                brand_id=brand_id,
                data=event,
                sequence=next(sequences[lane]),
                traceparent=traceparent,
            )
            message = to_kafka(envelope)
            if len(message.value) > MAX_EVENT_BYTES:
                raise ValueError(f"{event.type} of {len(message.value)} bytes is too large")
            rows.append(_row(envelope.id, lane, envelope.sequence, message.headers, message.value))
        if rows:
            await self._rows.insert_many(rows)

    async def add_raw(self, topic: str, key: bytes | None, value: bytes, headers: Headers) -> None:
        """Adds a record as it is, in order within its topic and key; for dead letters.

        Raises RuntimeError outside of `transaction()`.
        """
        lane = (topic, key or b"")
        sequences = await self._next_sequences([lane])
        row = _row(new_id("raw"), lane, next(sequences[lane]), headers, value)
        await self._rows.insert_one(row | {"key": key})

    async def _next_sequences(self, lanes: Sequence[Lane]) -> dict[Lane, "count[int]"]:
        """Counts up the lanes' counters and returns, for each, its numbers from the first new one.

        The counter makes a second transaction on the same lane wait its turn or start again, so
        rows become visible in the order of their sequence.
        """
        if not in_transaction(self._client):
            raise RuntimeError("events are added in the transaction of the change they tell of")
        wanted = Counter(lanes)
        if not wanted:
            return {}
        await self._sequences.bulk_write(
            [
                UpdateOne({"_id": _lane_id(lane)}, {"$inc": {"last": number}}, upsert=True)
                for lane, number in wanted.items()
            ]
        )
        counters = self._sequences.find({"_id": {"$in": [_lane_id(lane) for lane in wanted]}})
        last = {(row["_id"]["topic"], row["_id"]["key"]): row["last"] async for row in counters}
        return {lane: count(last[lane] - number + 1) for lane, number in wanted.items()}


def _lane_id(lane: Lane) -> Document:
    topic, key = lane
    return {"topic": topic, "key": key}


def _row(row_id: str, lane: Lane, sequence: int | None, headers: Headers, value: bytes) -> Document:
    topic, key = lane
    return {
        "_id": row_id,
        "topic": topic,
        "key": key,
        "sequence": sequence,
        "headers": [list(header) for header in headers],
        "value": value,
        "created_at": utc_now(),
        "sent_at": None,
    }
