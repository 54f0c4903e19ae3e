"""Signing keys in MongoDB, encrypted."""

from collections.abc import Sequence
from dataclasses import dataclass

from joserfc.jwk import ECKey
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_identity.keys.rules import KeyTimes
from groundswell_identity.vault import Vault
from groundswell_kit.mongo import Document


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key pair, and from when it signs."""

    times: KeyTimes
    pair: ECKey


class KeyStore:
    """The keys of the installation, which belong to no brand."""

    def __init__(self, database: AsyncDatabase[Document], vault: Vault) -> None:
        self.client = database.client
        self._keys = database["signing_keys"]
        self._guard = database["signing_keys_guard"]
        self._vault = vault

    async def lock(self) -> None:
        """Lets no other transaction that asks this change the keys meanwhile."""
        await self._guard.update_one({"_id": "keys"}, {"$inc": {"changes": 1}}, upsert=True)

    async def add(self, key: SigningKey) -> None:
        """Stores a new key."""
        await self._keys.insert_one(
            {
                "_id": key.times.id,
                "signs_from": key.times.signs_from,
                "sealed": self._vault.seal(key.pair.as_dict(private=True)),
            }
        )

    async def remove(self, key_ids: Sequence[str]) -> None:
        """Removes keys for good."""
        await self._keys.delete_many({"_id": {"$in": list(key_ids)}})

    async def times(self) -> list[KeyTimes]:
        """All keys by their times."""
        found = self._keys.find(projection=["signs_from"])
        return [KeyTimes(row["_id"], row["signs_from"]) async for row in found]

    async def all(self) -> list[SigningKey]:
        """All keys; there are two or three."""
        return [
            SigningKey(
                KeyTimes(row["_id"], row["signs_from"]),
                ECKey.import_key(self._vault.open(row["sealed"])),
            )
            async for row in self._keys.find()
        ]
