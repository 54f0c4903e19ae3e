"""Takes each event once: the memory of what a service has taken, beside the effects it had.

Used by the consumer runtime, inside the transaction of the handler.
"""

from datetime import timedelta

from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Document, in_transaction

# A repeat comes seconds after its first, days at most. Older ones (a topic read again from its
# start) are told by their sequence, which is kept for ever.
KEPT = timedelta(days=30)


class Inbox:
    """What a service has taken, in its own database."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._client = database.client
        self._events = database["inbox"]
        self._sequences = database["inbox_sequences"]

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        await self._events.create_index("taken_at", expireAfterSeconds=int(KEPT.total_seconds()))

    async def take(self, event: CloudEvent) -> bool:
        """Whether the event is new to this service; from the commit on it is not.

        False when (source, id) was taken, or when the sequence is not higher than the highest
        taken from this source for the same topic and key. Raises RuntimeError outside of
        `transaction()`, because a taken event without its effect would be lost.
        """
        if not in_transaction(self._client):
            raise RuntimeError("an event is taken in the transaction of its effect")
        if event.sequence is not None:
            taken = await self._sequences.update_one(
                {"_id": _sequence_id(event)}, {"$max": {"highest": event.sequence}}, upsert=True
            )
            if taken.upserted_id is None and taken.modified_count == 0:
                return False
        # An upsert, because a duplicate key error would end the transaction.
        first = await self._events.update_one(
            {"_id": _event_id(event)}, {"$setOnInsert": {"taken_at": utc_now()}}, upsert=True
        )
        return first.upserted_id is not None

    async def has_taken(self, event: CloudEvent) -> bool:
        """Whether `take` would be False; takes nothing."""
        if event.sequence is not None:
            known = await self._sequences.find_one({"_id": _sequence_id(event)})
            if known is not None and event.sequence <= known["highest"]:
                return True
        return await self._events.find_one({"_id": _event_id(event)}) is not None


def _event_id(event: CloudEvent) -> Document:
    return {"source": event.source, "id": event.id}


def _sequence_id(event: CloudEvent) -> Document:
    return {"source": event.source, "topic": event.data.topic.name, "key": event.data.key}
