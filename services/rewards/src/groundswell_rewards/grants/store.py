"""Wins in MongoDB, with the events about their rewards in the same transaction."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_rewards.grants.rules import Win

_WIN = TypeAdapter(Win)
_OFFERED: Document = {"offered_at": {"$type": "date"}}


class WinStore:
    """The wins of all brands' contests. What a person reads of their own reaches over brands."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self.client = database.client
        self._wins = database["wins"]
        self._outbox = outbox

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING)]
        by_idea = [*in_contest, ("idea_id", ASCENDING), ("selection", ASCENDING)]
        await self._wins.create_index(by_idea, unique=True)
        by_offer = [("offered_at", ASCENDING), ("_id", ASCENDING)]
        await self._wins.create_index([*in_contest, *by_offer])
        await self._wins.create_index([("payee_id", ASCENDING), *by_offer])

    async def save(self, brand_id: str, win: Win, events: Sequence[Event]) -> None:
        """Stores a new win, or the next version of one that was read in this transaction.

        Raises RuntimeError when the stored version is not the one right before, and
        DuplicateKeyError when a new one is known.
        """

        async def work() -> None:
            document = _document(brand_id, win)
            if win.version == 1:
                await self._wins.insert_one(document)
            else:
                before = {"brand_id": brand_id, "_id": win.id, "version": win.version - 1}
                saved = await self._wins.replace_one(before, document)
                if saved.matched_count == 0:
                    raise RuntimeError(f"{win.id} was changed since it was read")
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def latest(self, brand_id: str, contest_id: str, idea_id: str) -> Win | None:
        """The last selection of an idea."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id, "idea_id": idea_id}
        document = await self._wins.find_one(wanted, sort=[("selection", DESCENDING)])
        return None if document is None else _win(document)

    async def waiting(self, brand_id: str, contest_id: str) -> list[Win]:
        """The wins of a contest whose reward was not offered."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id, "offered_at": None}
        return [_win(document) async for document in self._wins.find(wanted).sort("_id")]

    async def find_public(self, reward_id: str) -> Win | None:
        """The win of any brand whose reward it is: the caller decides who may see it."""
        document = await self._wins.find_one({"_id": reward_id, **_OFFERED})
        return None if document is None else _win(document)

    async def page(
        self, brand_id: str, contest_id: str, behind: str | None, limit: int
    ) -> list[Win]:
        """Wins of a contest as their rewards were offered, from those behind `behind`."""
        return await self._page(
            {"brand_id": brand_id, "contest_id": contest_id}, behind, limit, ASCENDING
        )

    async def page_of_payee(self, payee_id: str, behind: str | None, limit: int) -> list[Win]:
        """Wins of a person in contests of all brands, the last one offered first."""
        return await self._page({"payee_id": payee_id}, behind, limit, DESCENDING)

    async def read_all(self) -> AsyncIterator[Win]:
        """All wins of all brands with an offered reward."""
        async for document in self._wins.find(_OFFERED).sort("_id"):
            yield _win(document)

    async def _page(
        self, wanted: Document, behind: str | None, limit: int, direction: int
    ) -> list[Win]:
        last = None if behind is None else await self._wins.find_one(wanted | {"_id": behind})
        conditions = [wanted, _OFFERED]
        if last is not None:
            further = "$gt" if direction == ASCENDING else "$lt"
            after = {"offered_at": {further: last["offered_at"]}}
            same = {"offered_at": last["offered_at"], "_id": {further: last["_id"]}}
            conditions.append({"$or": [after, same]})
        order = [("offered_at", direction), ("_id", direction)]
        found = self._wins.find({"$and": conditions}).sort(order).limit(limit)
        return [_win(document) async for document in found]


def _document(brand_id: str, win: Win) -> Document:
    document = asdict(win) | {"brand_id": brand_id}
    document["_id"] = document.pop("id")
    return document


def _win(document: Document) -> Win:
    return _WIN.validate_python({**document, "id": document["_id"]})
