"""Intervals of tallies in MongoDB."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.tallies import VotesCounted
from groundswell_kit.mongo import Client, Document
from groundswell_kit.outbox import Outbox
from groundswell_voting.history.rules import Noted, Point


class IntervalStore:
    """One document per poll and interval, with the totals of the ideas that changed in it."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self._intervals = database["tally_intervals"]
        self._outbox = outbox

    @property
    def client(self) -> Client:
        """For transactions."""
        return self._intervals.database.client

    async def ensure_indexes(self) -> None:
        """Create the indexes. Safe to repeat."""
        await self._intervals.create_index([("poll_id", ASCENDING), ("number", ASCENDING)])
        await self._intervals.create_index([("poll_id", ASCENDING), ("counted_up_to", ASCENDING)])
        await self._intervals.create_index(
            [("poll_id", ASCENDING), ("number", ASCENDING)],
            name="unpublished",
            partialFilterExpression={"published": False},
        )

    async def insert(
        self, brand_id: str, poll_id: str, interval: Noted, events: Sequence[VotesCounted]
    ) -> None:
        """Keep an interval and emit its events; without any it waits to be published.

        Inside a transaction. DuplicateKeyError when the poll has this interval already.
        """
        await self._intervals.insert_one(
            {
                "_id": f"{poll_id}/{interval.number}",
                "brand_id": brand_id,
                "poll_id": poll_id,
                "number": interval.number,
                "counted_up_to": interval.counted_up_to,
                "offsets": list(interval.offsets),
                "votes": {str(ordinal): votes for ordinal, votes in interval.votes.items()},
                "published": bool(events),
            }
        )
        await self._outbox.add(brand_id, events)

    async def unpublished(
        self, brand_id: str, poll_id: str, until: datetime | None, most: int
    ) -> list[Noted]:
        """The first intervals that wait to be published, in their order, up to a moment if any."""
        wanted: Document = {"brand_id": brand_id, "poll_id": poll_id, "published": False}
        if until is not None:
            wanted["counted_up_to"] = {"$lte": until}
        found = self._intervals.find(wanted)
        return [_noted(document) async for document in found.sort("number").limit(most)]

    async def publish(
        self, brand_id: str, poll_id: str, numbers: Iterable[int], events: Sequence[VotesCounted]
    ) -> None:
        """Emit the events of intervals that waited. Inside a transaction."""
        await self._intervals.update_many(
            {"brand_id": brand_id, "poll_id": poll_id, "number": {"$in": list(numbers)}},
            {"$set": {"published": True}},
        )
        await self._outbox.add(brand_id, events)

    async def find_public(
        self,
        poll_id: str,
        after: int = 0,
        until: datetime | None = None,
        ordinals: Sequence[int] | None = None,
    ) -> Noted | None:
        """What the intervals behind number `after` say together, up to a moment; None: nothing.

        Of all ideas, or of those named.
        """
        wanted: Document = {"poll_id": poll_id, "number": {"$gt": after}}
        if until is not None:
            wanted["counted_up_to"] = {"$lte": until}
        cursor = await self._intervals.aggregate(
            [
                {"$match": wanted},
                {"$sort": {"number": 1}},
                {"$project": _of_ideas(ordinals) | {"number": 1, "offsets": 1}},
                {
                    "$group": {
                        "_id": None,
                        "number": {"$last": "$number"},
                        "counted_up_to": {"$last": "$counted_up_to"},
                        "offsets": {"$last": "$offsets"},
                        "votes": {"$mergeObjects": "$votes"},
                    }
                },
            ]
        )
        found = await cursor.to_list(1)
        return _noted(found[0]) if found else None

    async def find_public_offsets(self, poll_id: str) -> tuple[int, ...] | None:
        """How far the count was at the last interval."""
        last = await self._intervals.find_one({"poll_id": poll_id}, sort=[("number", -1)])
        return None if last is None else tuple(last["offsets"])

    async def find_public_start(self, poll_id: str) -> datetime | None:
        """When the first interval ended."""
        first = await self._intervals.find_one({"poll_id": poll_id}, sort=[("number", 1)])
        return None if first is None else first["counted_up_to"]

    async def find_public_series(
        self,
        poll_id: str,
        ordinals: Sequence[int],
        since: datetime,
        until: datetime,
        bucket_seconds: float,
    ) -> list[Point]:
        """The points of these ideas behind `since`, one for each stretch of so many seconds."""
        age = {"$subtract": ["$counted_up_to", since]}
        cursor = await self._intervals.aggregate(
            [
                {
                    "$match": {
                        "poll_id": poll_id,
                        "counted_up_to": {"$gt": since, "$lte": until},
                        "$or": [{f"votes.{ordinal}": {"$exists": True}} for ordinal in ordinals],
                    }
                },
                {"$sort": {"number": 1}},
                {"$project": _of_ideas(ordinals)},
                {
                    "$group": {
                        "_id": {"$floor": {"$divide": [age, round(bucket_seconds * 1000)]}},
                        "counted_up_to": {"$last": "$counted_up_to"},
                        "votes": {"$mergeObjects": "$votes"},
                    }
                },
                {"$sort": {"_id": 1}},
            ]
        )
        return [
            Point(found["counted_up_to"], _votes(found["votes"]))
            for found in await cursor.to_list(None)
        ]


def _of_ideas(ordinals: Sequence[int] | None) -> Document:
    if ordinals is None:
        return {"counted_up_to": 1, "votes": 1}
    return {"counted_up_to": 1} | {f"votes.{ordinal}": 1 for ordinal in ordinals}


def _noted(document: Document) -> Noted:
    return Noted(
        number=document["number"],
        counted_up_to=document["counted_up_to"],
        offsets=tuple(document["offsets"]),
        votes=_votes(document["votes"]),
    )


def _votes(votes: dict[str, Any]) -> dict[int, int]:
    return {int(ordinal): number for ordinal, number in votes.items()}
