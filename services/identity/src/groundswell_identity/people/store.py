"""People in MongoDB: all that they told is encrypted, and the address is found by its mark."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_contracts.people import NO_BRAND
from groundswell_identity.people.rules import AddressMark, Person, Profile
from groundswell_identity.vault import Vault
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox


class PersonStore:
    """People, who belong to no brand."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox, vault: Vault) -> None:
        self.client = database.client
        self._people = database["people"]
        self._outbox = outbox
        self._vault = vault

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._people.create_index("address_mark", unique=True)

    async def add(self, person: Person) -> None:
        """Stores somebody new. Two at once with one address conflict; one of them tries again."""
        await self._people.insert_one(self._document(person) | {"signed_in_at": person.created_at})

    async def ensure(self, person: Person) -> str:
        """Stores somebody who has not signed in, unless there is one of their address; the id.

        Part of a transaction, in which two at once conflict as in `add`.
        """
        document = self._document(person) | {"signed_in_at": None}
        found = await self._people.find_one_and_update(
            {"address_mark": person.address_mark},
            {"$setOnInsert": document},
            projection=["_id"],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if found is None:
            raise RuntimeError("an upsert gave nothing back")
        return str(found["_id"])

    async def sign_in(self, address_mark: AddressMark, at: datetime) -> Person | None:
        """The person of this address, noted as signed in; None if there is none.

        Their account begins when they first sign in: an address that staff have heard is none. The
        note makes it conflict with an erasure at the same time, so that no token outlives one.
        """
        first = {"$eq": ["$signed_in_at", None]}
        noted = {"created_at": {"$cond": [first, at, "$created_at"]}, "signed_in_at": at}
        found = await self._people.find_one_and_update(
            {"address_mark": address_mark},
            [{"$set": noted}],
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else self._person(found)

    async def find(self, person_id: str) -> Person | None:
        """Somebody by their id; None when there is nobody, or nobody any more."""
        document = await self._people.find_one({"_id": person_id})
        return None if document is None else self._person(document)

    async def save(self, person: Person) -> None:
        """Stores the changed profile of a person that was read in this transaction."""
        sealed = self._vault.seal(asdict(person.profile))
        await self._people.update_one({"_id": person.id}, {"$set": {"sealed": sealed}})

    async def erase(self, person_id: str, events: Sequence[Event]) -> None:
        """Removes a person for good, with the events that tell of it."""

        async def work() -> None:
            await self._people.delete_one({"_id": person_id})
            await self._outbox.add(NO_BRAND, events)

        await transaction(self.client, work)

    def _document(self, person: Person) -> Document:
        return {
            "_id": person.id,
            "address_mark": person.address_mark,
            "sealed": self._vault.seal(asdict(person.profile)),
            "created_at": person.created_at,
        }

    def _person(self, document: Document) -> Person:
        return Person(
            id=document["_id"],
            address_mark=document["address_mark"],
            profile=Profile(**self._vault.open(document["sealed"])),
            created_at=document["created_at"],
        )
