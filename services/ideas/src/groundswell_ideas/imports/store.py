"""What was imported into a contest, in MongoDB: which idea a reference became, and what it said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document


@dataclass(frozen=True, slots=True)
class Imported:
    """A row that was taken in; `columns` are short digests of what it said."""

    idea_id: str
    columns: Mapping[str, str]


class ImportStore:
    """The rows of all contests, written in a transaction of `client` and never changed."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._imported = database["imported"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._imported.create_index([("brand_id", ASCENDING), ("_id", ASCENDING)])

    async def find(
        self, brand_id: str, contest_id: str, references: Sequence[str]
    ) -> dict[str, Imported]:
        """Those of the rows that were taken in, by their references."""
        ids = [_id(contest_id, reference) for reference in references]
        found = self._imported.find({"_id": {"$in": ids}, "brand_id": brand_id})
        return {d["reference"]: Imported(d["idea_id"], dict(d["columns"])) async for d in found}

    async def add(self, brand_id: str, contest_id: str, reference: str, imported: Imported) -> None:
        """Notes a row that became an idea in this transaction."""
        await self._imported.insert_one(
            {
                "_id": _id(contest_id, reference),
                "brand_id": brand_id,
                "reference": reference,
                "idea_id": imported.idea_id,
                # As pairs: the names hold dots, which in MongoDB's names mean something.
                "columns": [list(pair) for pair in imported.columns.items()],
            }
        )


def _id(contest_id: str, reference: str) -> str:
    return f"{contest_id}\n{reference}"
