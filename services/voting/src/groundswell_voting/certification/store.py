"""Certified tallies in MongoDB, and by which links their votes came."""

from collections.abc import Sequence

from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.tallies import TallyCertified, VotesAttributed
from groundswell_kit.mongo import Client, Document
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


class AttributionStore:
    """What there is to tell of the links to an idea of a certified poll, and whether it is told."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self._attributions = database["attributions"]
        self._outbox = outbox

    @property
    def client(self) -> Client:
        """For transactions."""
        return self._attributions.database.client

    async def ensure_indexes(self) -> None:
        """Create the index. Safe to repeat."""
        of_poll = [(name, ASCENDING) for name in ("brand_id", "poll_id", "told")]
        await self._attributions.create_index(of_poll)

    async def keep(self, brand_id: str, some: Sequence[VotesAttributed]) -> None:
        """Keep what is to be told. Safe to repeat: what is there stays, also as told."""
        await self._attributions.bulk_write(
            [
                UpdateOne(
                    {"_id": f"{one.poll_id}/{one.idea_id}"},
                    {"$setOnInsert": {**one.model_dump(), "brand_id": brand_id, "told": False}},
                    upsert=True,
                )
                for one in some
            ],
            ordered=False,
        )

    async def tell(self, brand_id: str, poll_id: str, most: int) -> int:
        """Emit some that are not told yet; how many they were. Inside a transaction."""
        untold = {"brand_id": brand_id, "poll_id": poll_id, "told": False}
        found = await self._attributions.find(untold).limit(most).to_list()
        if found:
            ids = [document["_id"] for document in found]
            await self._attributions.update_many(
                {"_id": {"$in": ids}, "brand_id": brand_id}, {"$set": {"told": True}}
            )
            await self._outbox.add(brand_id, [VotesAttributed.model_validate(one) for one in found])
        return len(found)
