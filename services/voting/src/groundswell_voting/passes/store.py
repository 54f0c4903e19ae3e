"""The keys that turn participants into voters, one per contest, encrypted in MongoDB."""

import secrets  # noqa: TID251 - a contest's key is made here and nowhere else

from cryptography.fernet import MultiFernet
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document


class ContestKeyStore:
    """Made once per contest and never changed: another key would make new voters of everybody."""

    def __init__(self, database: AsyncDatabase[Document], master_keys: MultiFernet) -> None:
        self._keys = database["contest_keys"]
        self._master_keys = master_keys

    async def ensure_indexes(self) -> None:
        """Create the index. Safe to repeat."""
        await self._keys.create_index([("brand_id", 1), ("contest_id", 1)], unique=True)

    async def create(self, brand_id: str, contest_id: str) -> None:
        """Make a contest's key unless it has one. Safe to repeat."""
        key = self._master_keys.encrypt(secrets.token_bytes(32))
        await self._keys.update_one(
            {"brand_id": brand_id, "contest_id": contest_id},
            {"$setOnInsert": {"key": key}},
            upsert=True,
        )

    async def find(self, brand_id: str, contest_id: str) -> bytes | None:
        """A contest's key; None before voting has heard of the contest."""
        found = await self._keys.find_one({"brand_id": brand_id, "contest_id": contest_id})
        return None if found is None else self._master_keys.decrypt(found["key"])
