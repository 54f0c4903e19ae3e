"""The record of merges in MongoDB."""

from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.merging.rules import MERGED_MAXIMUM, MergeRecord
from groundswell_kit.mongo import Document

_RECORD = TypeAdapter(MergeRecord)


class MergeStore:
    """All merges, those that were undone too; written in the caller's transaction."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._merges = database["merges"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        for name in ("into_idea_id", "idea_id"):
            fields = ["brand_id", name, "undone_at", "_id"]
            await self._merges.create_index([(field, ASCENDING) for field in fields])
        of_votes = ["brand_id", "contest_id", "with_votes", "_id"]
        await self._merges.create_index([(field, ASCENDING) for field in of_votes])

    async def put(self, brand_id: str, record: MergeRecord) -> None:
        """Stores a merge, in the place of what was stored of it."""
        document = asdict(record) | {"brand_id": brand_id}
        document["_id"] = document.pop("id")
        known = {"brand_id": brand_id, "_id": record.id}
        await self._merges.replace_one(known, document, upsert=True)

    async def standing(self, brand_id: str, idea_id: str) -> MergeRecord | None:
        """The merge by which an idea goes on in another one now."""
        wanted = {"brand_id": brand_id, "idea_id": idea_id, "undone_at": None}
        document = await self._merges.find_one(wanted)
        return None if document is None else _record(document)

    async def into(self, brand_id: str, idea_id: str) -> list[MergeRecord]:
        """The merges by which others go on in an idea now, as they happened."""
        wanted = {"brand_id": brand_id, "into_idea_id": idea_id, "undone_at": None}
        found = self._merges.find(wanted).sort("_id", ASCENDING).limit(MERGED_MAXIMUM)
        return [_record(document) async for document in found]

    async def with_votes(self, brand_id: str, contest_id: str) -> list[MergeRecord]:
        """The merges of a contest by which votes went along, as they happened, undone ones too."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id, "with_votes": True}
        found = self._merges.find(wanted).sort("_id", ASCENDING)
        return [_record(document) async for document in found]


def _record(document: Document) -> MergeRecord:
    return _RECORD.validate_python({**document, "id": document["_id"]})
