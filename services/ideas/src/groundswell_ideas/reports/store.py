"""Reports in MongoDB."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING, ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.reports.rules import Report
from groundswell_kit.mongo import Document

_REPORT = TypeAdapter(Report)


class ReportStore:
    """The reports of all brands; written in the caller's transaction."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._reports = database["reports"]
        self._counts = database["report_counts"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        of_subject = [("brand_id", ASCENDING), ("subject.id", ASCENDING)]
        await self._reports.create_index([*of_subject, ("reporter_id", ASCENDING)], unique=True)
        of_brand = [("brand_id", ASCENDING), ("open", ASCENDING), ("_id", ASCENDING)]
        await self._reports.create_index(of_brand)
        await self._reports.create_index([*of_subject, ("open", ASCENDING), ("_id", ASCENDING)])
        await self._reports.create_index("reporter_id")

    async def has_reported(self, brand_id: str, subject_id: str, reporter_id: str) -> bool:
        """Whether somebody has reported this before."""
        known = {"brand_id": brand_id, "subject.id": subject_id, "reporter_id": reporter_id}
        return await self._reports.find_one(known, {"_id": True}) is not None

    async def add(self, brand_id: str, report: Report) -> int:
        """Stores a person's first report of a subject, and returns how many are open then.

        They are counted in one place, so that of reports at the same moment one is the last.
        """
        document = asdict(report) | {"brand_id": brand_id}
        document["_id"] = document.pop("id")
        await self._reports.insert_one(document)
        counted = await self._counts.find_one_and_update(
            {"_id": report.subject.id, "brand_id": brand_id},
            {"$inc": {"open": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if counted is None:
            raise RuntimeError("an upsert gave nothing back")
        reports: int = counted["open"]
        return reports

    async def close(self, brand_id: str, subject_ids: Sequence[str]) -> None:
        """Closes what is open about these; it counts no more."""
        these = {"$in": list(subject_ids)}
        wanted = {"brand_id": brand_id, "subject.id": these, "open": True}
        await self._reports.update_many(wanted, {"$set": {"open": False}})
        await self._counts.delete_many({"_id": these, "brand_id": brand_id})

    async def tally_open(
        self, brand_id: str, subject_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        """How often each subject is reported for each reason, as far as that is open."""
        wanted = {"brand_id": brand_id, "subject.id": {"$in": list(subject_ids)}, "open": True}
        by_reason = {"subject": "$subject.id", "code": "$why.code"}
        stages: list[Document] = [
            {"$match": wanted},
            {"$group": {"_id": by_reason, "times": {"$sum": 1}}},
            {"$sort": {"times": -1, "_id.code": 1}},
        ]
        found: dict[str, dict[str, int]] = {}
        async for row in await self._reports.aggregate(stages):
            found.setdefault(row["_id"]["subject"], {})[row["_id"]["code"]] = row["times"]
        return found

    async def erase(self, reporter_id: str) -> None:
        """Forgets the words of somebody's reports, at all brands; that they reported counts on."""
        await self._reports.update_many({"reporter_id": reporter_id}, {"$set": {"why.words": None}})

    async def page(
        self, brand_id: str, subject_id: str | None, after: str | None, limit: int
    ) -> list[Report]:
        """Open reports of the brand, or of a subject, the oldest first, from those after one."""
        wanted: Document = {"brand_id": brand_id, "open": True}
        if subject_id is not None:
            wanted["subject.id"] = subject_id
        if after is not None:
            wanted["_id"] = {"$gt": after}
        found = self._reports.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_REPORT.validate_python({**d, "id": d["_id"]}) async for d in found]
