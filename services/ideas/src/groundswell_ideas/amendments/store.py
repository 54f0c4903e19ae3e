"""Amendments in MongoDB; the events about them go with the contest that they change."""

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.amendments.rules import Amendment, amendment_id
from groundswell_ideas.amendments.rules.refusals import Refusal
from groundswell_ideas.polls.rules import PollChange
from groundswell_kit.mongo import Document

_AMENDMENT = TypeAdapter(Amendment)


class AmendmentStore:
    """The amendments of all contests. What a poll refuses of one is added; nothing else changes."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._amendments = database["amendments"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING), ("_id", ASCENDING)]
        await self._amendments.create_index(in_contest)
        for about in ("idea_ids", "poll_opened.id"):
            await self._amendments.create_index([*in_contest[:2], (about, ASCENDING)])

    async def add(self, brand_id: str, amendment: Amendment) -> None:
        """Stores an amendment. Raises DuplicateKeyError when the contest has one of its number."""
        document = asdict(amendment) | {"_id": amendment.id, "brand_id": brand_id}
        document["idea_ids"] = list(amendment.idea_ids)
        await self._amendments.insert_one(document)

    async def get(self, brand_id: str, contest_id: str, number: int) -> Amendment:
        """The amendment of this number. Raises LookupError when there is none."""
        known = {"brand_id": brand_id, "_id": amendment_id(contest_id, number)}
        document = await self._amendments.find_one(known)
        if document is None:
            raise LookupError(f"{contest_id} has no amendment {number}")
        return _AMENDMENT.validate_python(document)

    async def refuse(self, brand_id: str, amendment: Amendment, refusal: Refusal) -> None:
        """Adds what a poll could not take of an amendment; in the caller's transaction."""
        known = {"brand_id": brand_id, "_id": amendment.id}
        await self._amendments.update_one(known, {"$push": {"refusals": asdict(refusal)}})

    async def of_poll_behind(
        self, brand_id: str, contest_id: str, number: int, poll_id: str
    ) -> list[PollChange]:
        """What amendments behind the one of this number change in a poll."""
        wanted = {
            "brand_id": brand_id,
            "contest_id": contest_id,
            "_id": {"$gt": amendment_id(contest_id, number)},
            "poll_changed.poll_id": poll_id,
        }
        found = [_AMENDMENT.validate_python(d) async for d in self._amendments.find(wanted)]
        return [each.poll_changed for each in found if each.poll_changed is not None]

    async def page(
        self, brand_id: str, contest_id: str, after: str | None, limit: int
    ) -> list[Amendment]:
        """Amendments of a contest in the order of their numbers, from those after `after`."""
        wanted: Document = {"brand_id": brand_id, "contest_id": contest_id}
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._amendments.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_AMENDMENT.validate_python(document) async for document in found]

    async def about(
        self, brand_id: str, contest_id: str, idea_id: str, poll_ids: Sequence[str]
    ) -> list[Amendment]:
        """Amendments that changed an idea's place on ballots, or opened one of these polls."""
        wanted = {
            "brand_id": brand_id,
            "contest_id": contest_id,
            "$or": [{"idea_ids": idea_id}, {"poll_opened.id": {"$in": list(poll_ids)}}],
        }
        found = self._amendments.find(wanted).sort("_id", ASCENDING)
        return [_AMENDMENT.validate_python(document) async for document in found]
