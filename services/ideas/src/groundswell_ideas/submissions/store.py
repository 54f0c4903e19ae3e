"""Ideas in MongoDB, with the events about them in the same transaction."""

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_ideas.submissions.rules import Idea, Status
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_kit.problems import not_found

_IDEA = TypeAdapter(Idea)


class IdeaStore:
    """The ideas of all contests. Commands on several stores run in a transaction of `client`."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self.client = database.client
        self._ideas = database["ideas"]
        self._outbox = outbox

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING)]
        await self._ideas.create_index([*in_contest, ("_id", ASCENDING)])
        await self._ideas.create_index([*in_contest, ("status", ASCENDING), ("_id", ASCENDING)])

    async def add(self, brand_id: str, idea: Idea, events: Sequence[Event]) -> None:
        """Stores a new idea and the events about it."""

        async def work() -> None:
            await self._ideas.insert_one(_document(brand_id, idea))
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def save(self, brand_id: str, idea: Idea, events: Sequence[Event]) -> None:
        """Stores the changed state of an idea that was read in this transaction."""

        async def work() -> None:
            known = {"brand_id": brand_id, "_id": idea.id}
            saved = await self._ideas.replace_one(known, _document(brand_id, idea))
            if saved.matched_count == 0:
                raise RuntimeError(f"{idea.id} was never added")
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def get(self, brand_id: str, idea_id: str) -> Idea:
        """An idea in a contest of the brand. Raises the not-found problem for any other."""
        document = await self._ideas.find_one({"brand_id": brand_id, "_id": idea_id})
        if document is None:
            raise not_found("There is no such idea.")
        return _idea(document)

    async def find_public(self, idea_id: str) -> Idea | None:
        """An idea of any brand, undecided ones too: the caller decides who may see it."""
        document = await self._ideas.find_one({"_id": idea_id})
        return None if document is None else _idea(document)

    async def find(
        self, brand_id: str, contest_id: str, idea_ids: Sequence[str]
    ) -> dict[str, Idea]:
        """Those of the ideas that are in the contest, by their id."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id, "_id": {"$in": list(idea_ids)}}
        return {d["_id"]: _idea(d) async for d in self._ideas.find(wanted)}

    async def titles(
        self, brand_id: str, contest_id: str, idea_ids: Sequence[str]
    ) -> dict[str, str]:
        """The titles of those ideas, by their id."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id, "_id": {"$in": list(idea_ids)}}
        return {d["_id"]: d["title"] async for d in self._ideas.find(wanted, {"title": True})}

    async def page(
        self, brand_id: str, contest_id: str, status: Status | None, after: str | None, limit: int
    ) -> list[Idea]:
        """Ideas of a contest in the order they came, from those after the idea `after`."""
        wanted: Document = {"brand_id": brand_id, "contest_id": contest_id}
        if status is not None:
            wanted["status"] = status
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._ideas.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_idea(document) async for document in found]


def _document(brand_id: str, idea: Idea) -> Document:
    document = asdict(idea) | {"brand_id": brand_id}
    document["_id"] = document.pop("id")
    return document


def _idea(document: Document) -> Idea:
    return _IDEA.validate_python({**document, "id": document["_id"]})
