"""Sign-ins and the mails of their codes in MongoDB, until they are used, sent or expired.

What is changed and read in one step is so in a transaction: outside of one, MongoDB would keep a
copy of the document, with the sealed address, in case the step is repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pymongo import ASCENDING, ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_identity.people.rules import AddressMark
from groundswell_identity.signin.rules import DAY, MAX_TRIES, SignIn
from groundswell_identity.vault import Vault
from groundswell_kit.mongo import Document, transaction


class SignInStore:
    """Sign-ins, and when each address began those that it did not finish."""

    def __init__(self, database: AsyncDatabase[Document], vault: Vault) -> None:
        self.client = database.client
        self._sign_ins = database["sign_ins"]
        self._begun = database["sign_ins_begun"]
        self._vault = vault

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        await self._sign_ins.create_index("address_mark")
        await self._sign_ins.create_index("expires_at", expireAfterSeconds=0)
        await self._begun.create_index("last_at", expireAfterSeconds=int(DAY.total_seconds()))

    async def begun(self, address_mark: AddressMark) -> list[datetime]:
        """When this address began the sign-ins that it did not finish."""
        document = await self._begun.find_one({"_id": address_mark})
        return [] if document is None else list(document["at"])

    async def add(self, sign_in: SignIn, begun: Sequence[datetime]) -> None:
        """Stores a new sign-in, and when its address began all that count, this one included.

        Two at once of one address conflict, in their transactions, and one of them tries again.
        """
        await self._begun.replace_one(
            {"_id": sign_in.address_mark},
            {"at": list(begun), "last_at": sign_in.begun_at},
            upsert=True,
        )
        await self._sign_ins.insert_one(
            {
                "_id": sign_in.id,
                "address_mark": sign_in.address_mark,
                "sealed": self._vault.seal(
                    {
                        "email": sign_in.email,
                        "locale": sign_in.locale,
                        "time_zone": sign_in.time_zone,
                    }
                ),
                "code_mark": sign_in.code_mark,
                "tries": 0,
                "begun_at": sign_in.begun_at,
                "expires_at": sign_in.expires_at,
            }
        )

    async def count_try(self, sign_in_id: str, now: datetime) -> SignIn | None:
        """The sign-in, one try poorer; None when it has none left, or expired, or never was."""

        async def work() -> Document | None:
            return await self._sign_ins.find_one_and_update(
                {"_id": sign_in_id, "expires_at": {"$gt": now}, "tries": {"$lt": MAX_TRIES}},
                {"$inc": {"tries": 1}},
                return_document=ReturnDocument.AFTER,
            )

        document = await transaction(self.client, work)
        if document is None:
            return None
        return SignIn(
            id=document["_id"],
            address_mark=document["address_mark"],
            code_mark=document["code_mark"],
            begun_at=document["begun_at"],
            **self._vault.open(document["sealed"]),
        )

    async def finish(self, sign_in: SignIn) -> bool:
        """Removes a sign-in that succeeded, and no longer counts it; False when it is gone."""
        removed = await self._sign_ins.delete_one({"_id": sign_in.id})
        if removed.deleted_count == 0:
            return False
        await self._begun.update_one(
            {"_id": sign_in.address_mark}, {"$pull": {"at": sign_in.begun_at}}
        )
        return True

    async def remove_all_of(self, address_mark: AddressMark) -> list[str]:
        """Removes all that is kept of an address here; the ids of its sign-ins."""
        found = self._sign_ins.find({"address_mark": address_mark}, projection=["_id"])
        ids = [str(document["_id"]) async for document in found]
        await self._sign_ins.delete_many({"_id": {"$in": ids}})
        await self._begun.delete_one({"_id": address_mark})
        return ids


@dataclass(frozen=True, slots=True)
class CodeMail:
    """A mail that is to be sent; `failures` is how often no server took it."""

    sign_in_id: str
    to: str
    code: str
    expires_at: datetime
    failures: int


class CodeMailStore:
    """Mails that wait to be sent, encrypted; one for a sign-in."""

    def __init__(self, database: AsyncDatabase[Document], vault: Vault) -> None:
        self.client = database.client
        self._mails = database["code_mails"]
        self._vault = vault

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._mails.create_index([("due_at", ASCENDING)])
        await self._mails.create_index("expires_at", expireAfterSeconds=0)

    async def add(self, mail: CodeMail, due_at: datetime) -> None:
        """Stores a new mail."""
        await self._mails.insert_one(
            {
                "_id": mail.sign_in_id,
                "sealed": self._vault.seal({"to": mail.to, "code": mail.code}),
                "expires_at": mail.expires_at,
                "due_at": due_at,
                "failures": mail.failures,
            }
        )

    async def claim(self, now: datetime, until: datetime) -> CodeMail | None:
        """The mail that has been due longest, due again at `until` unless it is removed before."""
        due = {"due_at": {"$lte": now}, "expires_at": {"$gt": now}}
        if await self._mails.find_one(due, {"_id": True}) is None:
            return None  # most of the time, and without the cost of a transaction

        async def work() -> Document | None:
            return await self._mails.find_one_and_update(
                due, {"$set": {"due_at": until}}, sort=[("due_at", ASCENDING)]
            )

        document = await transaction(self.client, work)
        if document is None:
            return None
        return CodeMail(
            sign_in_id=document["_id"],
            expires_at=document["expires_at"],
            failures=document["failures"],
            **self._vault.open(document["sealed"]),
        )

    async def put_off(self, sign_in_id: str, due_at: datetime) -> None:
        """Notes that no server took a mail, which is due later."""
        await self._mails.update_one(
            {"_id": sign_in_id}, {"$set": {"due_at": due_at}, "$inc": {"failures": 1}}
        )

    async def remove(self, sign_in_ids: Sequence[str]) -> None:
        """Removes the mails of these sign-ins; nothing happens to those that are gone."""
        await self._mails.delete_many({"_id": {"$in": list(sign_in_ids)}})
