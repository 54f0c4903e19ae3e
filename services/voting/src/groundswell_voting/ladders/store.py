"""Climbs in MongoDB, with the events about them in the same transaction."""

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_voting.ladders.rules import Climb

_CLIMB = TypeAdapter(Climb)


class Overtaken(Exception):
    """Another worker has moved a climb since it was read."""


class ClimbStore:
    """One climb per idea of a poll with a ladder."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self.client = database.client
        self._climbs = database["climbs"]
        self._outbox = outbox

    async def ensure_indexes(self) -> None:
        """Create the index. Safe to repeat."""
        await self._climbs.create_index([("brand_id", 1), ("poll_id", 1)])

    async def of_poll(self, brand_id: str, poll_id: str) -> dict[str, Climb]:
        """All climbs of a poll, by idea."""
        found = self._climbs.find({"brand_id": brand_id, "poll_id": poll_id})
        return {document["idea_id"]: _climb(document) async for document in found}

    async def find_public(self, poll_id: str, idea_id: str) -> Climb | None:
        """One idea's climb; how far an idea has come is public."""
        document = await self._climbs.find_one({"_id": _id(poll_id, idea_id)})
        return None if document is None else _climb(document)

    async def add(self, brand_id: str, climbs: Sequence[Climb]) -> None:
        """Add climbs; one that is there already is left as it is."""
        for climb in climbs:
            await self._climbs.update_one(
                {"_id": _id(climb.poll_id, climb.idea_id)},
                {"$setOnInsert": _fields(brand_id, climb)},
                upsert=True,
            )

    async def move(
        self, brand_id: str, moves: Sequence[tuple[Climb, Climb]], events: Sequence[Event]
    ) -> None:
        """Store climbs that went on (before, after) and emit what became of them, or neither.

        Raises Overtaken when another worker moved one of them, so each step is told once.
        """

        async def work() -> None:
            for before, after in moves:
                moved = await self._climbs.update_one(
                    {"_id": _id(before.poll_id, before.idea_id), **_fields(brand_id, before)},
                    {"$set": _fields(brand_id, after)},
                )
                if moved.matched_count == 0:
                    raise Overtaken(f"{before.poll_id}, {before.idea_id}")
            await self._outbox.add(brand_id, events)

        if moves:
            await transaction(self.client, work)


def _fields(brand_id: str, climb: Climb) -> Document:
    # As MongoDB compares whole lists and documents: in the order of the dataclasses' fields.
    return {**asdict(climb), "brand_id": brand_id, "reached": [asdict(r) for r in climb.reached]}


def _id(poll_id: str, idea_id: str) -> str:
    return f"{poll_id}/{idea_id}"


def _climb(document: Document) -> Climb:
    return _CLIMB.validate_python(document)
