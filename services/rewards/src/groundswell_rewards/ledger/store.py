"""The books in MongoDB: entries that are never changed, balances written along with them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document, transaction
from groundswell_rewards.ledger.rules import Account, Entry, imbalance, payable, post

_ENTRY = TypeAdapter(Entry)


class LedgerStore:
    """The books of all brands. What a person reads of their own reaches over brands."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._entries = database["entries"]
        self._balances = database["balances"]

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        by_reward = [("reward_id", ASCENDING), ("kind", ASCENDING)]
        await self._entries.create_index(by_reward, unique=True)
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING)]
        await self._entries.create_index([*in_contest, ("at", ASCENDING), ("_id", ASCENDING)])
        await self._balances.create_index("_id.name")

    async def append(self, brand_id: str, entry: Entry) -> None:
        """Books an entry and moves its accounts' balances.

        Raises ValueError for one that does not balance, DuplicateKeyError for one that is booked.
        """
        if off := imbalance(entry.legs):
            raise ValueError(f"{entry.id} is off balance by {off}")
        changes: dict[Account, int] = {}
        post(changes, entry)

        async def work() -> None:
            await self._entries.insert_one(_document(brand_id, entry))
            await self._balances.bulk_write(
                [
                    UpdateOne(
                        {"_id": account._asdict()}, {"$inc": {"amount_minor": amount}}, upsert=True
                    )
                    for account, amount in changes.items()
                ]
            )

        await transaction(self.client, work)

    async def of_reward(self, brand_id: str, reward_id: str) -> list[Entry]:
        """What is booked for a reward of the brand."""
        wanted = {"brand_id": brand_id, "reward_id": reward_id}
        found = self._entries.find(wanted).sort("kind", ASCENDING)
        return [_entry(document) async for document in found]

    async def page(
        self, brand_id: str, contest_id: str, behind: str | None, limit: int
    ) -> list[Entry]:
        """Entries of a contest as they were booked, from those behind the entry `behind`."""
        wanted: Document = {"brand_id": brand_id, "contest_id": contest_id}
        last = None if behind is None else await self._entries.find_one(wanted | {"_id": behind})
        if last is not None:
            later = {"at": {"$gt": last["at"]}}
            wanted["$or"] = [later, {"at": last["at"], "_id": {"$gt": last["_id"]}}]
        order = [("at", ASCENDING), ("_id", ASCENDING)]
        found = self._entries.find(wanted).sort(order).limit(limit)
        return [_entry(document) async for document in found]

    async def of_payee(self, payee_id: str, reward_ids: Sequence[str]) -> list[Entry]:
        """What is booked for these rewards of a person, of whatever brand, in its order."""
        wanted = {"reward_id": {"$in": list(reward_ids)}, "legs.account": payable(payee_id)}
        order = [("at", ASCENDING), ("_id", ASCENDING)]
        return [_entry(document) async for document in self._entries.find(wanted).sort(order)]

    async def payable_to(self, payee_id: str) -> dict[Account, int]:
        """The balances of a person's payables in the books of all brands."""
        found = self._balances.find({"_id.name": payable(payee_id)})
        return {Account(**document["_id"]): document["amount_minor"] async for document in found}

    @asynccontextmanager
    async def one_moment(self) -> AsyncIterator[None]:
        """Whatever is read within, by any store of this client, is of one moment.

        Reading may take five minutes: the server keeps the moment for no longer, and then raises
        OperationFailure.
        """
        async with (
            self.client.start_session(snapshot=True) as session,
            session.bind(end_session=False),
        ):
            yield

    async def read_all(self) -> AsyncIterator[Entry]:
        """All entries of all brands, by reward, its grant before its reversal."""
        order = [("reward_id", ASCENDING), ("kind", ASCENDING)]
        async for document in self._entries.find().sort(order):
            yield _entry(document)

    async def balances(self) -> dict[Account, int]:
        """The balances of all accounts of all brands."""
        found = self._balances.find()
        return {Account(**document["_id"]): document["amount_minor"] async for document in found}


def _document(brand_id: str, entry: Entry) -> Document:
    document = asdict(entry) | {"brand_id": brand_id}
    document["_id"] = document.pop("id")
    return document


def _entry(document: Document) -> Entry:
    return _ENTRY.validate_python({**document, "id": document["_id"]})
