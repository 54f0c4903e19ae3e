"""Steps of ladders, share links, counts of visits and sources of votes in MongoDB."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import date

from pydantic import TypeAdapter
from pymongo import ASCENDING, ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError

from groundswell_ideas.showcase.rules.sources import (
    SOURCES_SHOWN,
    VISITS_A_MINUTE,
    Attribution,
    ShareLink,
    SourceCount,
    Visit,
)
from groundswell_ideas.showcase.rules.votes import Step
from groundswell_kit.mongo import Document

_STEP = TypeAdapter(Step)
_LINK = TypeAdapter(ShareLink)
_COUNT = TypeAdapter(SourceCount)
_ATTRIBUTION = TypeAdapter(Attribution)


class StepStore:
    """The steps of ladders that ideas reached or missed; they are never changed."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._steps = database["ladder_steps"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._steps.create_index([("brand_id", ASCENDING), ("idea_id", ASCENDING)])

    async def add(self, brand_id: str, step: Step) -> None:
        """Stores a step; one that is known stays as it is."""
        known = {"_id": step.id, "brand_id": brand_id}
        await self._steps.update_one(known, {"$setOnInsert": asdict(step) | known}, upsert=True)

    async def of_idea(self, brand_id: str, idea_id: str) -> list[Step]:
        """All steps of an idea; a ladder has few."""
        found = self._steps.find({"brand_id": brand_id, "idea_id": idea_id})
        return [_STEP.validate_python(document) async for document in found]


class ShareLinkStore:
    """One link for each idea and person who shares it."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._links = database["share_links"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        of_person = [(name, ASCENDING) for name in ("brand_id", "idea_id", "sharer_id")]
        with_name = {"sharer_id": {"$exists": True}}
        await self._links.create_index(of_person, unique=True, partialFilterExpression=with_name)
        await self._links.create_index("sharer_id")

    async def take(self, brand_id: str, link: ShareLink) -> ShareLink:
        """The link of this person to the idea: the one that there is, else this one."""
        theirs = {"brand_id": brand_id, "idea_id": link.idea_id, "sharer_id": link.sharer_id}
        # Who asks twice at once has one of them refused, and the other one's link is there.
        with suppress(DuplicateKeyError):
            await self._links.update_one(theirs, {"$setOnInsert": {"_id": link.code}}, upsert=True)
        document = await self._links.find_one(theirs)
        if document is None:
            raise RuntimeError("an upsert left nothing")
        return _link(document)

    async def find(self, brand_id: str, codes: Sequence[str]) -> dict[str, ShareLink]:
        """Those that are links of the brand, by their codes."""
        wanted = {"_id": {"$in": list(codes)}, "brand_id": brand_id}
        return {document["_id"]: _link(document) async for document in self._links.find(wanted)}

    async def erase(self, sharer_id: str) -> None:
        """Forgets whose links these were, at all brands; what comes by them is counted on."""
        await self._links.update_many({"sharer_id": sharer_id}, {"$unset": {"sharer_id": ""}})


class VisitStore:
    """How often ideas were visited, by day and source, and for a day who was counted."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._counts = database["visits"]
        self._visitors = database["visitors"]

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        of_idea = [("brand_id", ASCENDING), ("idea_id", ASCENDING), ("day", ASCENDING)]
        await self._counts.create_index(of_idea)
        await self._visitors.create_index("forgotten_at", expireAfterSeconds=0)

    async def is_new(self, brand_id: str, visit: Visit) -> bool:
        """Whether the visitor was not counted there today, and notes that they are now."""
        if visit.visitor_mark is None:
            return True
        known = {"_id": visit.visitor_mark, "brand_id": brand_id}
        noted = await self._visitors.update_one(
            known, {"$setOnInsert": {"forgotten_at": visit.forgotten_at}}, upsert=True
        )
        return noted.upserted_id is not None

    async def count(self, brand_id: str, visit: Visit) -> bool:
        """Counts a visit, in one step; False when there were too many of them in this minute."""
        minute = visit.at.replace(second=0, microsecond=0)
        in_minute = {
            "$cond": [
                {"$eq": ["$minute", minute]},
                {"$add": [{"$ifNull": ["$in_minute", 0]}, 1]},
                1,
            ]
        }
        one = {"$cond": [{"$lte": ["$in_minute", VISITS_A_MINUTE]}, 1, 0]}
        counted = await self._counts.find_one_and_update(
            {"_id": visit.bucket},
            [
                {
                    "$set": {
                        "brand_id": {"$literal": brand_id},
                        "idea_id": {"$literal": visit.idea_id},
                        "day": visit.day,
                        "source": visit.source,
                        "code": {"$literal": visit.code},
                        "in_minute": in_minute,
                        "minute": minute,
                    }
                },
                {"$set": {"visits": {"$add": [{"$ifNull": ["$visits", 0]}, one]}}},
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if counted is None:
            raise RuntimeError("an upsert gave nothing back")
        return bool(counted["in_minute"] <= VISITS_A_MINUTE)

    async def sources(
        self, brand_id: str, idea_id: str, since: date, until: date
    ) -> tuple[int, int, list[SourceCount]]:
        """All visits of an idea on these days, how many sources they had, and the strongest."""
        days = {"$gte": since.isoformat(), "$lte": until.isoformat()}
        pipeline: list[Document] = [
            {"$match": {"brand_id": brand_id, "idea_id": idea_id, "day": days}},
            {"$sort": {"day": ASCENDING}},
            {
                "$group": {
                    "_id": {"source": "$source", "code": "$code"},
                    "visits": {"$sum": "$visits"},
                    "days": {"$push": {"day": "$day", "visits": "$visits"}},
                }
            },
            {"$sort": {"visits": -1, "_id": ASCENDING}},
            {
                "$facet": {
                    "total": [
                        {
                            "$group": {
                                "_id": None,
                                "visits": {"$sum": "$visits"},
                                "sources": {"$sum": 1},
                            }
                        }
                    ],
                    "sources": [{"$limit": SOURCES_SHOWN}],
                }
            },
        ]
        async with await self._counts.aggregate(pipeline, allowDiskUse=True) as cursor:
            (found,) = await cursor.to_list()
        total = found["total"][0] if found["total"] else {"visits": 0, "sources": 0}
        counts = [_COUNT.validate_python(one["_id"] | one) for one in found["sources"]]
        return total["visits"], total["sources"], counts


class AttributionStore:
    """By which sources the votes of ideas came, one document for each idea and poll."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._attributions = database["vote_sources"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._attributions.create_index([("brand_id", ASCENDING), ("idea_id", ASCENDING)])

    async def put(self, brand_id: str, attribution: Attribution) -> None:
        """Stores what is known of an idea in a poll, in the place of what was."""
        known = {"_id": f"{attribution.idea_id}/{attribution.poll_id}", "brand_id": brand_id}
        await self._attributions.replace_one(known, asdict(attribution) | known, upsert=True)

    async def of_idea(self, brand_id: str, idea_id: str) -> dict[str, Attribution]:
        """What is known of an idea, by poll; it stands in few."""
        found = self._attributions.find({"brand_id": brand_id, "idea_id": idea_id})
        return {one["poll_id"]: _ATTRIBUTION.validate_python(one) async for one in found}


def _link(document: Document) -> ShareLink:
    named = {"code": document["_id"], "sharer_id": document.get("sharer_id")}
    return _LINK.validate_python({**document, **named})
