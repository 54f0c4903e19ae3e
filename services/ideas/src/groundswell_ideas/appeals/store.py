"""Appeals in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.appeals.rules import Appeal
from groundswell_kit.mongo import Document

_APPEAL = TypeAdapter(Appeal)


class AppealStore:
    """The appeals of all brands, one for each subject; written in the caller's transaction."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._appeals = database["appeals"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._appeals.create_index([("brand_id", ASCENDING), ("_id", ASCENDING)])
        await self._appeals.create_index("author_id")

    async def put(self, brand_id: str, appeal: Appeal) -> None:
        """Stores an appeal, in the place of what was stored of it."""
        known = {"brand_id": brand_id, "_id": appeal.subject.id}
        document = asdict(appeal) | {"brand_id": brand_id}
        await self._appeals.replace_one(known, document, upsert=True)

    async def find(self, brand_id: str, subject_ids: Sequence[str]) -> dict[str, Appeal]:
        """The appeals of these subjects, by subject."""
        wanted = {"brand_id": brand_id, "_id": {"$in": list(subject_ids)}}
        return {d["_id"]: _APPEAL.validate_python(d) async for d in self._appeals.find(wanted)}

    async def erase(self, author_id: str) -> None:
        """Forgets the words of somebody's appeals, at all brands; what came of them stays."""
        await self._appeals.update_many({"author_id": author_id}, {"$set": {"words": ""}})
