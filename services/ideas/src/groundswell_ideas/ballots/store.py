"""Approved ideas that wait for their place on open ballots, in MongoDB."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document


class Newcomer(NamedTuple):
    """Whose an idea is that waits."""

    brand_id: str
    contest_id: str


class NewcomerStore:
    """One for each idea; written in the transaction of what is done about it."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._newcomers = database["newcomers"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        in_contest = ["brand_id", "contest_id", "_id"]
        await self._newcomers.create_index([(name, ASCENDING) for name in in_contest])
        await self._newcomers.create_index([("try_at", ASCENDING)])

    async def put(self, brand_id: str, contest_id: str, idea_id: str, now: datetime) -> None:
        """Has an idea wait from now on. A repeat makes no second one."""
        known = {"_id": idea_id, "brand_id": brand_id, "contest_id": contest_id}
        # Counted, so that each is a write: one that removes it at this moment does so again.
        waits = {"$inc": {"approvals": 1}, "$setOnInsert": {"try_at": now}}
        await self._newcomers.update_one(known, waits, upsert=True)

    async def waiting(self, brand_id: str, contest_id: str) -> int:
        """How many ideas of a contest wait."""
        return await self._newcomers.count_documents(
            {"brand_id": brand_id, "contest_id": contest_id}
        )

    async def first(self, now: datetime) -> str | None:
        """The idea that has been due for longest, of whichever brand; None when none is."""
        due = {"try_at": {"$lte": now}}
        found = await self._newcomers.find_one(due, {"_id": True}, sort=[("try_at", ASCENDING)])
        return None if found is None else found["_id"]

    async def get(self, idea_id: str) -> Newcomer | None:
        """An idea that still waits, of whichever brand."""
        found = await self._newcomers.find_one({"_id": idea_id})
        return None if found is None else Newcomer(found["brand_id"], found["contest_id"])

    async def of_contest(self, brand_id: str, contest_id: str, most: int) -> list[str]:
        """The ideas of a contest that wait, the first one first."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id}
        found = self._newcomers.find(wanted).sort("_id", ASCENDING).limit(most)
        return [document["_id"] async for document in found]

    async def put_off(self, idea_id: str, until: datetime) -> None:
        """Has an idea, and all others of its contest that wait, be left alone until then."""
        found = await self._newcomers.find_one({"_id": idea_id})
        if found is not None:
            # To the query, what a row lacks is null: one that names no contest holds up no other.
            ours = {name: found.get(name) for name in ("brand_id", "contest_id")}
            await self._newcomers.update_many(ours, {"$set": {"try_at": until}})

    async def remove(self, brand_id: str, idea_ids: Sequence[str]) -> None:
        """Has these wait no longer. A repeat changes nothing."""
        await self._newcomers.delete_many({"brand_id": brand_id, "_id": {"$in": list(idea_ids)}})
