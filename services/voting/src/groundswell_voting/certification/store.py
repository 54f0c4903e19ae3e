"""Certified tallies in MongoDB."""

from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.tallies import TallyCertified
from groundswell_kit.mongo import Document
from groundswell_kit.outbox import Outbox


class TallyStore:
    """One tally per poll, never changed."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self._tallies = database["tallies"]
        self._outbox = outbox

    async def insert(self, brand_id: str, tally: TallyCertified) -> None:
        """Keep a tally and emit it. Inside a transaction; DuplicateKeyError when there is one."""
        document = tally.model_dump(mode="json")
        await self._tallies.insert_one({"_id": tally.poll_id, "brand_id": brand_id, **document})
        await self._outbox.add(brand_id, [tally])

    async def find_public(self, poll_id: str) -> tuple[str, TallyCertified] | None:
        """The brand and the certified tally of a poll; a certified tally is public."""
        found = await self._tallies.find_one({"_id": poll_id})
        return None if found is None else (found["brand_id"], TallyCertified.model_validate(found))
