"""Brands and their members in MongoDB; addresses are encrypted, and found by their mark."""

from collections.abc import Sequence
from datetime import datetime

from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from groundswell_contracts.event import Event
from groundswell_identity.memberships.rules import Brand, Client, Member
from groundswell_identity.people.rules import AddressMark
from groundswell_identity.vault import Vault
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_kit.problems import conflict, not_found


class BrandStore:
    """Brands, which are the tenants themselves."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._brands = database["brands"]

    async def add(self, brand: Brand, at: datetime) -> None:
        """Stores a new brand. Raises the conflict problem when there is one of its id."""
        try:
            await self._brands.insert_one({"_id": brand.id, "name": brand.name, "created_at": at})
        except DuplicateKeyError:
            raise conflict("There is a brand of this id.") from None

    async def ensure(self, brand: Brand, at: datetime) -> None:
        """Stores a brand unless there is one of its id."""
        await self._brands.update_one(
            {"_id": brand.id}, {"$setOnInsert": {"name": brand.name, "created_at": at}}, upsert=True
        )

    async def get(self, brand_id: str) -> Brand:
        """A brand. Raises the not-found problem when there is none of this id."""
        document = await self._brands.find_one({"_id": brand_id})
        if document is None:
            raise not_found("There is no such brand.")
        return Brand(document["_id"], document["name"])

    async def lock(self, brand_id: str) -> None:
        """Lets no other transaction that asks this change the brand's members meanwhile.

        Raises the not-found problem when there is no such brand.
        """
        locked = await self._brands.update_one({"_id": brand_id}, {"$inc": {"changes": 1}})
        if locked.matched_count == 0:
            raise not_found("There is no such brand.")


class MemberStore:
    """The members of all brands."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox, vault: Vault) -> None:
        self.client = database.client
        self._members = database["members"]
        self._outbox = outbox
        self._vault = vault

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._members.create_index(
            [("brand_id", ASCENDING), ("address_mark", ASCENDING)], unique=True
        )
        await self._members.create_index(
            [("brand_id", ASCENDING), ("subject_mark", ASCENDING)],
            unique=True,
            partialFilterExpression={"subject_mark": {"$type": "string"}},
        )

    async def save(self, brand_id: str, member: Member, events: Sequence[Event]) -> None:
        """Stores a member, new or changed, with the events that tell of it."""
        document = {
            "_id": member.id,
            "brand_id": brand_id,
            "address_mark": member.address_mark,
            "sealed": self._vault.seal({"email": member.email}),
            "roles": list(member.roles),
            "invited_at": member.invited_at,
            "subject_mark": member.subject_mark,
            "joined_at": member.joined_at,
        }
        wanted = {"brand_id": brand_id, "_id": member.id}

        async def work() -> None:
            await self._members.replace_one(wanted, document, upsert=True)
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def remove(self, brand_id: str, member_id: str, events: Sequence[Event]) -> None:
        """Removes a member that was read in this transaction, with the events that tell of it."""

        async def work() -> None:
            await self._members.delete_one({"brand_id": brand_id, "_id": member_id})
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def find(self, brand_id: str, member_id: str) -> Member | None:
        """A member of the brand, or None."""
        return await self._found({"brand_id": brand_id, "_id": member_id})

    async def find_by_address(self, brand_id: str, mark: AddressMark) -> Member | None:
        """The member of the brand who was invited at this address, or None."""
        return await self._found({"brand_id": brand_id, "address_mark": mark})

    async def find_by_subject(self, brand_id: str, mark: str) -> Member | None:
        """The member of the brand who is this subject of a provider, or None."""
        return await self._found({"brand_id": brand_id, "subject_mark": mark})

    async def all(self, brand_id: str) -> list[Member]:
        """All members of the brand."""
        return [self._member(row) async for row in self._members.find({"brand_id": brand_id})]

    async def page(self, brand_id: str, after: str | None, limit: int) -> list[Member]:
        """Members of the brand as they were invited, from those behind the member `after`."""
        wanted: Document = {"brand_id": brand_id, "_id": {"$gt": after or ""}}
        found = self._members.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [self._member(document) async for document in found]

    async def _found(self, wanted: Document) -> Member | None:
        document = await self._members.find_one(wanted)
        return None if document is None else self._member(document)

    def _member(self, document: Document) -> Member:
        return Member(
            id=document["_id"],
            brand_id=document["brand_id"],
            address_mark=document["address_mark"],
            email=self._vault.open(document["sealed"])["email"],
            roles=tuple(document["roles"]),
            invited_at=document["invited_at"],
            subject_mark=document["subject_mark"],
            joined_at=document["joined_at"],
        )


class ClientStore:
    """The machine clients of all brands."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._clients = database["clients"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._clients.create_index([("brand_id", ASCENDING), ("_id", ASCENDING)])

    async def add(self, brand_id: str, client: Client) -> None:
        """Stores a new client."""
        await self._clients.insert_one(
            {
                "_id": client.id,
                "brand_id": brand_id,
                "name": client.name,
                "scopes": list(client.scopes),
                "secret_mark": client.secret_mark,
                "created_at": client.created_at,
            }
        )

    async def remove(self, brand_id: str, client_id: str) -> None:
        """Removes a client of the brand. Raises the not-found problem for any other."""
        removed = await self._clients.delete_one({"brand_id": brand_id, "_id": client_id})
        if removed.deleted_count == 0:
            raise not_found("There is no such client.")

    async def find_public(self, client_id: str) -> Client | None:
        """A client of any brand: who asks for a token says its id alone."""
        document = await self._clients.find_one({"_id": client_id})
        return None if document is None else _client(document)

    async def page(self, brand_id: str, after: str | None, limit: int) -> list[Client]:
        """Clients of the brand as they were made, from those behind the client `after`."""
        wanted: Document = {"brand_id": brand_id, "_id": {"$gt": after or ""}}
        found = self._clients.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_client(document) async for document in found]


def _client(document: Document) -> Client:
    return Client(
        id=document["_id"],
        brand_id=document["brand_id"],
        name=document["name"],
        scopes=tuple(document["scopes"]),
        secret_mark=document["secret_mark"],
        created_at=document["created_at"],
    )
