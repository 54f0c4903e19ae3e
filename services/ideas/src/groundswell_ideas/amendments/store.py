"""Amendments in MongoDB; the events about them go with the contest that they change."""

from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.amendments.rules import Amendment
from groundswell_kit.mongo import Document

_AMENDMENT = TypeAdapter(Amendment)


class AmendmentStore:
    """The amendments of all contests; they are never changed."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._amendments = database["amendments"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING), ("_id", ASCENDING)]
        await self._amendments.create_index(in_contest)

    async def add(self, brand_id: str, amendment: Amendment) -> None:
        """Stores an amendment. Raises DuplicateKeyError when the contest has one of its number."""
        document = asdict(amendment) | {"_id": amendment.id, "brand_id": brand_id}
        await self._amendments.insert_one(document)

    async def page(
        self, brand_id: str, contest_id: str, after: str | None, limit: int
    ) -> list[Amendment]:
        """Amendments of a contest in the order of their numbers, from those after `after`."""
        wanted: Document = {"brand_id": brand_id, "contest_id": contest_id}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._amendments.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_AMENDMENT.validate_python(document) async for document in found]
