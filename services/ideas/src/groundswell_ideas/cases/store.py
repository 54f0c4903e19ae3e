"""The queue in MongoDB: a case goes when it is decided, and its trail stays."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.cases.rules import Case, Wanted
from groundswell_kit.mongo import Document

_CASE = TypeAdapter(Case)


class CaseStore:
    """The open cases of all brands: one for each subject. Written in the caller's transaction."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._cases = database["cases"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._cases.create_index(
            [("brand_id", ASCENDING), ("subject.id", ASCENDING)], unique=True
        )
        filters: list[list[str]] = [[], ["subject.kind"], ["causes"]]
        for place in ([], ["subject.contest_id"]):
            for chosen in filters:
                fields = ["brand_id", *place, *chosen, "_id"]
                await self._cases.create_index([(name, ASCENDING) for name in fields])

    async def put(self, brand_id: str, case: Case) -> None:
        """Stores a case, in the place of what was stored of it."""
        document = asdict(case)
        document["_id"] = document.pop("id")
        known = {"brand_id": brand_id, "_id": case.id}
        await self._cases.replace_one(known, document | {"brand_id": brand_id}, upsert=True)

    async def waiting(self) -> tuple[int, datetime | None]:
        """How many cases all brands have, and since when the oldest one waits."""
        first = await self._cases.find_one({}, {"opened_at": True}, sort=[("_id", ASCENDING)])
        count = await self._cases.estimated_document_count()
        return count, None if first is None else first["opened_at"]

    async def remove(self, brand_id: str, case_ids: Sequence[str]) -> None:
        """Takes cases out of the queue."""
        await self._cases.delete_many({"brand_id": brand_id, "_id": {"$in": list(case_ids)}})

    async def of(self, brand_id: str, subject_ids: Sequence[str]) -> dict[str, Case]:
        """The open cases of these subjects, by subject."""
        wanted = {"brand_id": brand_id, "subject.id": {"$in": list(subject_ids)}}
        found = [_case(document) async for document in self._cases.find(wanted)]
        return {case.subject.id: case for case in found}

    async def page(
        self,
        brand_id: str,
        wanted: Wanted,
        staff_id: str,
        now: datetime,
        after: str | None,
        limit: int,
    ) -> list[Case]:
        """Cases of the brand, the oldest first, from those after one; `staff_id` is who asks."""
        query = self.matching(brand_id, wanted, staff_id, now)
        if after is not None:
            query["_id"] = {"$gt": after}
        found = self._cases.find(query).sort("_id", ASCENDING).limit(limit)
        return [_case(document) async for document in found]

    def matching(self, brand_id: str, wanted: Wanted, staff_id: str, now: datetime) -> Document:
        """The query of `page`, which an index answers but for the few that are claimed."""
        query: Document = {"brand_id": brand_id}
        if wanted.contest_id is not None:
            query["subject.contest_id"] = wanted.contest_id
        if wanted.kind is not None:
            query["subject.kind"] = wanted.kind
        if wanted.cause is not None:
            query["causes"] = wanted.cause
        if wanted.free:
            free = [{"claimed_until": None}, {"claimed_until": {"$lte": now}}]
            query["$or"] = [*free, {"claimed_by": staff_id}]
        return query


def _case(document: Document) -> Case:
    return _CASE.validate_python({**document, "id": document["_id"]})
