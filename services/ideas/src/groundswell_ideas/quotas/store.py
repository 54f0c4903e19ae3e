"""Counts of what people did lately, in MongoDB."""

from datetime import datetime

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.quotas.rules import Quota
from groundswell_kit.mongo import Document


class QuotaStore:
    """One count for each brand, quota, person and stretch; gone when the stretch is over."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._counts = database["quotas"]

    async def ensure_indexes(self) -> None:
        """Lets MongoDB forget counts that are over; a repeat changes nothing."""
        await self._counts.create_index("ends_at", expireAfterSeconds=0)

    async def count(self, brand_id: str, quota: Quota, person_id: str, now: datetime) -> int:
        """Counts once more, and returns how often it was in this stretch."""
        begins = quota.begins(now).isoformat()
        known = {"_id": f"{brand_id}\n{quota.name}\n{person_id}\n{begins}"}
        counted = await self._counts.find_one_and_update(
            known,
            {"$inc": {"times": 1}, "$set": {"ends_at": quota.ends(now)}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if counted is None:
            raise RuntimeError("an upsert gave nothing back")
        times: int = counted["times"]
        return times
