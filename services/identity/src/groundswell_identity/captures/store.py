"""Captures in MongoDB: the trail of them, and how many each member of staff has made lately."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_identity.captures.rules import DAY, Capture
from groundswell_kit.mongo import Document


class CaptureStore:
    """The trail is only ever added to."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._captures = database["captures"]
        self._made = database["captures_made"]

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        await self._captures.create_index([("brand_id", ASCENDING), ("_id", ASCENDING)])
        await self._made.create_index(
            [("brand_id", ASCENDING), ("member_id", ASCENDING)], unique=True
        )
        await self._made.create_index("last_at", expireAfterSeconds=int(DAY.total_seconds()))

    async def made(self, brand_id: str, member_id: str) -> list[datetime]:
        """When a member of the brand's staff made what may count against the bounds."""
        found = await self._made.find_one({"brand_id": brand_id, "member_id": member_id})
        return [] if found is None else list(found["at"])

    async def add(self, brand_id: str, capture: Capture, made: Sequence[datetime]) -> None:
        """Adds to the trail; `made` are all of the member's that count, this one included.

        Two at once of one member conflict, in their transactions, and one of them tries again.
        """
        whose = {"brand_id": brand_id, "member_id": capture.member_id}
        counted = whose | {"at": list(made), "last_at": capture.captured_at}
        await self._made.replace_one(whose, counted, upsert=True)
        document = asdict(capture) | {"brand_id": brand_id}
        document["_id"] = document.pop("id")
        await self._captures.insert_one(document)

    async def page(self, brand_id: str, after: str | None, limit: int) -> list[Capture]:
        """Captures of the brand as they were made, from those behind the one `after`."""
        wanted: Document = {"brand_id": brand_id, "_id": {"$gt": after or ""}}
        found = self._captures.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [Capture(id=document.pop("_id"), **document) async for document in found]
