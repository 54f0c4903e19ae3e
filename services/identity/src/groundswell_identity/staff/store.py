"""Staff sign-ins in MongoDB, while somebody is at their provider."""

from pymongo.asynchronous.database import AsyncDatabase

from groundswell_identity.staff.rules import StaffSignIn
from groundswell_identity.vault import Vault
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Document


class StaffSignInStore:
    """Those who were sent to a provider; found by an id that nobody can guess."""

    def __init__(self, database: AsyncDatabase[Document], vault: Vault) -> None:
        self.client = database.client
        self._sign_ins = database["staff_sign_ins"]
        self._vault = vault

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._sign_ins.create_index("expires_at", expireAfterSeconds=0)

    async def add(self, sign_in: StaffSignIn) -> None:
        """Stores a new sign-in."""
        secrets = {
            "state": sign_in.state,
            "nonce": sign_in.nonce,
            "verifier": sign_in.verifier,
        }
        await self._sign_ins.insert_one(
            {
                "_id": sign_in.id,
                "provider": sign_in.provider,
                "brand_id": sign_in.brand_id,
                "redirect_uri": sign_in.redirect_uri,
                "expires_at": sign_in.expires_at,
                "sealed": self._vault.seal(secrets),
            }
        )

    async def take(self, sign_in_id: str) -> StaffSignIn | None:
        """A sign-in that has not expired, once: it is gone after that. None for any other."""
        document = await self._sign_ins.find_one_and_delete(
            {"_id": sign_in_id, "expires_at": {"$gt": utc_now()}}
        )
        if document is None:
            return None
        return StaffSignIn(
            id=document["_id"],
            provider=document["provider"],
            brand_id=document["brand_id"],
            redirect_uri=document["redirect_uri"],
            expires_at=document["expires_at"],
            **self._vault.open(document["sealed"]),
        )
