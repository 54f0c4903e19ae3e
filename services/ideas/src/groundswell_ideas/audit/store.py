"""Acts in MongoDB: they are added in the transaction of what was done, and never changed.

The one exception is an erased person, of whom no word stays.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.audit.rules import Act, Verb
from groundswell_kit.mongo import Document

_ACT = TypeAdapter(Act)


class ActStore:
    """The trail of all brands."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._acts = database["acts"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        for place in ([], ["subject.contest_id"], ["subject.id"]):
            fields = ["brand_id", *place, "_id"]
            await self._acts.create_index([(name, ASCENDING) for name in fields])
        await self._acts.create_index("by.id")

    async def add(self, brand_id: str, acts: Sequence[Act]) -> None:
        """Adds acts at the end of the trail."""
        await self._acts.insert_many([_document(brand_id, act) for act in acts])

    async def erase(self, participant_id: str) -> None:
        """Forgets the words that somebody gave as a participant, at all brands; the acts stay."""
        theirs = {"by.id": participant_id, "by.kind": "participant"}
        await self._acts.update_many(theirs, {"$set": {"why.words": None}})

    async def page(
        self,
        brand_id: str,
        contest_id: str | None,
        subject_id: str | None,
        after: str | None,
        limit: int,
    ) -> list[Act]:
        """Acts of the brand, or of a contest or subject of it, the oldest first, after one."""
        wanted: Document = {"brand_id": brand_id}
        if contest_id is not None:
            wanted["subject.contest_id"] = contest_id
        if subject_id is not None:
            wanted["subject.id"] = subject_id
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._acts.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_act(document) async for document in found]

    async def last(
        self, brand_id: str, subject_id: str, verbs: Collection[Verb], most: int
    ) -> list[Act]:
        """The last acts of these kinds on a subject, the oldest first."""
        wanted = {"brand_id": brand_id, "subject.id": subject_id, "verb": {"$in": list(verbs)}}
        found = self._acts.find(wanted).sort("_id", DESCENDING).limit(most)
        return [_act(document) async for document in found][::-1]


def _document(brand_id: str, act: Act) -> Document:
    document = asdict(act) | {"brand_id": brand_id}
    document["_id"] = document.pop("id")
    return document


def _act(document: Document) -> Act:
    return _ACT.validate_python({**document, "id": document["_id"]})
