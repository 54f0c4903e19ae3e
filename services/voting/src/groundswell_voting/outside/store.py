"""Figures from outside in MongoDB: entries are added, never changed."""

from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Client, Document
from groundswell_voting.outside.rules import Entry

_ENTRY = TypeAdapter(Entry)


class OutsideStore:
    """Entries by poll, in the order in which they came."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._entries = database["outside_figures"]

    @property
    def client(self) -> Client:
        """For transactions."""
        return self._entries.database.client

    async def ensure_indexes(self) -> None:
        """Create the indexes. Safe to repeat."""
        await self._entries.create_index(
            [("poll_id", ASCENDING), ("number", ASCENDING)], unique=True
        )

    async def insert(self, brand_id: str, poll_id: str, number: int, entry: Entry) -> None:
        """Keep an entry as the poll's `number`-th; DuplicateKeyError when there is one."""
        document = asdict(entry)
        document["_id"] = document.pop("id")
        place = {"brand_id": brand_id, "poll_id": poll_id, "number": number}
        await self._entries.insert_one(document | place)

    async def find_public(self, poll_id: str) -> list[Entry]:
        """All entries of a poll."""
        found = self._entries.find({"poll_id": poll_id}).sort("number")
        return [_entry(document) async for document in found]


def _entry(document: Document) -> Entry:
    return _ENTRY.validate_python(document | {"id": document["_id"]})
