"""Reviews in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_ideas.reviews.rules import Review, Window
from groundswell_kit.mongo import Document
from groundswell_kit.outbox import Outbox
from groundswell_kit.problems import not_found

_REVIEW = TypeAdapter(Review)

NOT_REVIEWED = "There is no such idea to be reviewed."


class ReviewStore:
    """The ideas that reached the last step of a ladder, with their answers."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self._outbox = outbox
        self._reviews = database["reviews"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING)]
        await self._reviews.create_index([*in_contest, ("_id", ASCENDING)])
        await self._reviews.create_index([*in_contest, ("qualified_at", ASCENDING)])
        await self._reviews.create_index(
            [("brand_id", ASCENDING), ("expert.expert_id", ASCENDING), ("_id", ASCENDING)]
        )

    async def add(self, brand_id: str, review: Review) -> None:
        """Stores that an idea is to be reviewed; one that is already stays as it is."""
        known = {"brand_id": brand_id, "_id": review.id}
        document = _document(brand_id, review)
        await self._reviews.update_one(known, {"$setOnInsert": document}, upsert=True)

    async def save(self, brand_id: str, review: Review, events: Sequence[Event]) -> None:
        """Stores a review that was read in this transaction, with the events that tell of it."""
        known = {"brand_id": brand_id, "_id": review.id}
        await self._reviews.replace_one(known, _document(brand_id, review))
        await self._outbox.add(brand_id, events)

    async def get(self, brand_id: str, contest_id: str, idea_id: str) -> Review:
        """The review of an idea. Raises the not-found problem for one that did not qualify."""
        review = await self.find(brand_id, contest_id, idea_id)
        if review is None:
            raise not_found(NOT_REVIEWED)
        return review

    async def find(self, brand_id: str, contest_id: str, idea_id: str) -> Review | None:
        """The review of an idea; None if it did not qualify."""
        known = {"brand_id": brand_id, "contest_id": contest_id, "_id": idea_id}
        document = await self._reviews.find_one(known)
        return None if document is None else _review(document)

    async def page(
        self,
        brand_id: str,
        contest_id: str,
        window: Window | None,
        after: str | None,
        limit: int,
    ) -> list[Review]:
        """Reviews by their ideas, of a window or all, from those after the idea `after`."""
        wanted = _wanted(brand_id, contest_id, window)
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._reviews.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_review(document) async for document in found]

    async def given_to(
        self, brand_id: str, expert_id: str, after: str | None, limit: int
    ) -> list[Review]:
        """What an expert was given by the brand, by the ideas, from those after the one `after`."""
        wanted: Document = {"brand_id": brand_id, "expert.expert_id": expert_id}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._reviews.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_review(document) async for document in found]

    async def counts(self, brand_id: str, contest_id: str, window: Window) -> tuple[int, int]:
        """How many ideas a window collects, and how many of them are answered."""
        wanted = _wanted(brand_id, contest_id, window)
        collected = await self._reviews.count_documents(wanted)
        answered = {**wanted, "answered_at": {"$type": "date"}}
        return collected, await self._reviews.count_documents(answered)


def _wanted(brand_id: str, contest_id: str, window: Window | None) -> Document:
    wanted: Document = {"brand_id": brand_id, "contest_id": contest_id}
    if window is not None:
        wanted["qualified_at"] = {"$lte": window.opens_at}
        if window.since is not None:
            wanted["qualified_at"]["$gt"] = window.since
    return wanted


def _document(brand_id: str, review: Review) -> Document:
    return asdict(review) | {"_id": review.id, "brand_id": brand_id}


def _review(document: Document) -> Review:
    return _REVIEW.validate_python(document)
