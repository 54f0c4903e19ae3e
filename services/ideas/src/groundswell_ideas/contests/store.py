"""Contests in MongoDB, with the events about them in the same transaction."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_ideas.contests.rules import Contest
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_kit.problems import not_found

_CONTEST = TypeAdapter(Contest)
_OPENED: Document = {"opened_at": {"$type": "date"}}
_TOUCH: Document = {"$inc": {"touched": 1}}


class ContestStore:
    """The contests of all brands. Commands on several stores run in a transaction of `client`."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self.client = database.client
        self._contests = database["contests"]
        self._outbox = outbox

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._contests.create_index([("brand_id", ASCENDING), ("_id", DESCENDING)])
        await self._contests.create_index(
            [("opened_at", DESCENDING), ("_id", DESCENDING)],
            name="opened",
            partialFilterExpression=_OPENED,
        )

    async def add(self, brand_id: str, contest: Contest, events: Sequence[Event]) -> None:
        """Stores a new contest and the events about it."""

        async def work() -> None:
            await self._contests.insert_one(_document(brand_id, contest))
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def save(self, brand_id: str, contest: Contest, events: Sequence[Event]) -> None:
        """Stores the next version of a contest that was read in this transaction.

        Raises RuntimeError when the stored version is not the one right before.
        """

        async def work() -> None:
            before = {"brand_id": brand_id, "_id": contest.id, "version": contest.version - 1}
            saved = await self._contests.replace_one(before, _document(brand_id, contest))
            if saved.matched_count == 0:
                raise RuntimeError(f"{contest.id} was changed since it was read")
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def touch(self, brand_id: str, contest_id: str) -> None:
        """Has a change of the contest in another transaction at this moment come before or after.

        For what builds on a contest that was read in this transaction, and leaves it as it is.
        """
        await self._contests.update_one({"brand_id": brand_id, "_id": contest_id}, _TOUCH)

    async def get(self, brand_id: str, contest_id: str) -> Contest:
        """A contest of the brand. Raises the not-found problem for any other."""
        document = await self._contests.find_one({"brand_id": brand_id, "_id": contest_id})
        if document is None:
            raise not_found("There is no such contest.")
        return _contest(document)

    async def find_public(self, contest_id: str) -> Contest | None:
        """A contest of any brand, drafts too: the caller decides who may see it."""
        document = await self._contests.find_one({"_id": contest_id})
        return None if document is None else _contest(document)

    async def page(self, brand_id: str, before: str | None, limit: int) -> list[Contest]:
        """Contests of the brand, newest first, from those made before the contest `before`."""
        wanted: Document = {"brand_id": brand_id}
        if before is not None:
            wanted["_id"] = {"$lt": before}
        found = self._contests.find(wanted).sort("_id", DESCENDING).limit(limit)
        return [_contest(document) async for document in found]

    async def page_public(self, before: Contest | None, limit: int) -> list[Contest]:
        """Contests of all brands that have opened, the last one first, from those before one."""
        earlier: list[Document] = [{}]
        if before is not None:
            earlier = [
                {"opened_at": {"$lt": before.opened_at}},
                {"opened_at": before.opened_at, "_id": {"$lt": before.id}},
            ]
        order = [("opened_at", DESCENDING), ("_id", DESCENDING)]
        found = self._contests.find({"$and": [_OPENED, {"$or": earlier}]}).sort(order).limit(limit)
        return [_contest(document) async for document in found]


def _document(brand_id: str, contest: Contest) -> Document:
    document: Document = _stored(asdict(contest)) | {"brand_id": brand_id}
    document["_id"] = document.pop("id")
    document["opened_at"] = contest.opened_at
    return document


def _stored(value: Any) -> Any:
    """BSON has moments: days and local times are kept as texts."""
    if isinstance(value, dict):
        return {name: _stored(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_stored(item) for item in value]
    if isinstance(value, datetime):
        return value if value.tzinfo else value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _contest(document: Document) -> Contest:
    return _CONTEST.validate_python({**document, "id": document["_id"]})
