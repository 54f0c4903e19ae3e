"""Electoral rolls in MongoDB, and the erased, who are kept off them."""

from collections.abc import Sequence
from dataclasses import dataclass

from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document
from groundswell_voting.electorate.rules import Entry

_KEY = ("brand_id", "poll_id", "participant_id")


@dataclass(frozen=True, slots=True)
class RollChanges:
    """What became of the entries that were sent."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class RollPart:
    """How many entries of a roll have this segment and region."""

    segment: str
    region: str
    entries: int


class RollStore:
    """One row for each participant on the roll of a poll."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._roll = database["electoral_roll"]
        self._erased = database["erased_people"]

    async def ensure_indexes(self) -> None:
        """Create the indexes. Safe to repeat."""
        await self._roll.create_index([(name, ASCENDING) for name in _KEY], unique=True)
        await self._roll.create_index("participant_id")

    async def put(self, brand_id: str, poll_id: str, entries: Sequence[Entry]) -> RollChanges:
        """Add entries, or change those that are there. Safe to repeat, also after half of it."""
        result = await self._roll.bulk_write(
            [
                UpdateOne(
                    _key(brand_id, poll_id, entry.participant_id),
                    {"$set": {"segment": entry.segment, "region": entry.region}},
                    upsert=True,
                )
                for entry in entries
            ],
            ordered=False,
        )
        changed = result.modified_count
        return RollChanges(result.upserted_count, changed, result.matched_count - changed)

    async def remove(self, brand_id: str, poll_id: str, participant_ids: Sequence[str]) -> None:
        """Take participants off a roll, whether they are on it or not."""
        of_poll = {"brand_id": brand_id, "poll_id": poll_id}
        await self._roll.delete_many(of_poll | {"participant_id": {"$in": list(participant_ids)}})

    async def find(self, brand_id: str, poll_id: str, participant_id: str) -> Entry | None:
        """A participant's entry."""
        found = await self._roll.find_one(_key(brand_id, poll_id, participant_id))
        return None if found is None else Entry(participant_id, found["segment"], found["region"])

    async def parts(self, brand_id: str, poll_id: str) -> list[RollPart]:
        """A roll by segments and regions."""
        counted = await self._roll.aggregate(
            [
                {"$match": {"brand_id": brand_id, "poll_id": poll_id}},
                {
                    "$group": {
                        "_id": {"segment": "$segment", "region": "$region"},
                        "entries": {"$sum": 1},
                    }
                },
            ]
        )
        return [RollPart(**row["_id"], entries=row["entries"]) async for row in counted]

    async def erase(self, participant_id: str) -> None:
        """Take somebody off the rolls of all brands, and remember them by their id alone."""
        erased = {"_id": participant_id}
        await self._erased.update_one(erased, {"$setOnInsert": erased}, upsert=True)
        await self._roll.delete_many({"participant_id": participant_id})

    async def erased_among(self, participant_ids: Sequence[str]) -> list[str]:
        """Those who have been erased."""
        found = self._erased.find({"_id": {"$in": list(participant_ids)}})
        return [row["_id"] async for row in found]


def _key(brand_id: str, poll_id: str, participant_id: str) -> Document:
    return dict(zip(_KEY, (brand_id, poll_id, participant_id), strict=True))
