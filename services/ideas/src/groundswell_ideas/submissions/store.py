"""Ideas in MongoDB, with the events about them in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING, ReplaceOne, UpdateMany
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_ideas.submissions.documents import (
    ADDED_UP,
    COUNTED_BY,
    TOUCHED,
    WITHOUT_DERIVED,
    counts_of,
    stored,
    to_idea,
)
from groundswell_ideas.submissions.listings import Listing, approved_in, listed, placed
from groundswell_ideas.submissions.rules import Change, Idea, Revision, revision_id
from groundswell_ideas.submissions.rules.counts import SLOTS, Counts, difference
from groundswell_ideas.submissions.rules.listing import FREQUENT, LIST_MILLISECONDS
from groundswell_ideas.submissions.rules.shuffle import SAMPLE, Range, place_of
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_kit.problems import not_found

_REVISION = TypeAdapter(Revision)
_BLANK: Document = {"$set": {"title": "", "summary": "", "fields": {}}}


class IdeaStore:
    """The ideas of all contests. Commands on several stores run in a transaction of `client`."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self.client = database.client
        self._ideas = database["ideas"]
        self._counts = database["idea_counts"]
        self.revisions = RevisionStore(database)
        self._outbox = outbox

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        in_contest = [(name, ASCENDING) for name in ("brand_id", "contest_id", "status")]
        filed = [*in_contest, ("facets", ASCENDING)]
        await self._ideas.create_index([*filed, ("came", ASCENDING)])
        await self._ideas.create_index([*filed, ("place", ASCENDING), ("_id", ASCENDING)])
        words = [*in_contest, ("terms", ASCENDING), ("came", ASCENDING)]
        filters = [("category", ASCENDING), ("region", ASCENDING)]
        await self._ideas.create_index([*words, *filters], name="words")
        whose = in_contest[:2]
        for moment in ("told_at", "published_at"):
            dated = {moment: {"$type": "date"}}
            await self._ideas.create_index(
                [*whose, (moment, ASCENDING)], partialFilterExpression=dated
            )
        await self._counts.create_index(whose)
        await self._ideas.create_index([("people", ASCENDING), ("_id", ASCENDING)])
        unique = {"reference": [*whose, ("provenance.reference", ASCENDING)]}
        unique["product_code"] = [whose[0], ("product_code", ASCENDING)]
        for name, fields in unique.items():
            known = {fields[-1][0]: {"$type": "string"}}
            await self._ideas.create_index(
                fields, name=name, unique=True, partialFilterExpression=known
            )
        await self.revisions.ensure_indexes()

    async def add(self, brand_id: str, idea: Idea, events: Sequence[Event]) -> None:
        """Stores a new idea and the events about it."""

        async def work() -> None:
            document = stored(brand_id, idea)
            await self._ideas.insert_one(document)
            await self._count(idea, difference(counts_of(document), {}))
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def save(self, brand_id: str, idea: Idea, events: Sequence[Event]) -> None:
        """Stores the changed state of an idea that was read in this transaction."""

        async def work() -> None:
            known, after = {"brand_id": brand_id, "_id": idea.id}, stored(brand_id, idea)
            before = await self._ideas.find_one_and_replace(known, after, COUNTED_BY)
            if before is None:
                raise RuntimeError(f"{idea.id} was never added")
            await self._count(idea, difference(counts_of(after), counts_of(before)))
            await self._outbox.add(brand_id, events)

        await transaction(self.client, work)

    async def touch(self, brand_id: str, idea_id: str) -> None:
        """Has whoever changes an idea that this transaction builds on do it again, or before."""
        await self._ideas.update_one({"brand_id": brand_id, "_id": idea_id}, TOUCHED)

    async def get(self, brand_id: str, idea_id: str) -> Idea:
        """An idea in a contest of the brand. Raises the not-found problem for any other."""
        document = await self._ideas.find_one({"brand_id": brand_id, "_id": idea_id})
        if document is None:
            raise not_found("There is no such idea.")
        return to_idea(document)

    async def find_public(self, idea_id: str) -> Idea | None:
        """An idea of any brand, undecided ones too: the caller decides who may see it."""
        document = await self._ideas.find_one({"_id": idea_id})
        return None if document is None else to_idea(document)

    async def find(
        self, brand_id: str, contest_id: str, idea_ids: Sequence[str]
    ) -> dict[str, Idea]:
        """Those of the ideas that are in the contest, by their id."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id, "_id": {"$in": list(idea_ids)}}
        return {d["_id"]: to_idea(d) async for d in self._ideas.find(wanted, WITHOUT_DERIVED)}

    async def approved(
        self, brand_id: str, contest_id: str, among: Sequence[str] | None, most: int
    ) -> dict[str, str | None]:
        """Regions of approved ideas by their id, those `among` some or all, as they came."""
        found = self._ideas.find(approved_in(brand_id, contest_id, among), {"region": True})
        found = found.sort("came", ASCENDING).limit(most)
        return {d["_id"]: d["region"] async for d in found}

    async def by_reference(self, brand_id: str, contest_id: str, reference: str) -> Idea | None:
        """The idea that was imported under this key; None if there is none."""
        known = {"brand_id": brand_id, "contest_id": contest_id, "provenance.reference": reference}
        document = await self._ideas.find_one(known)
        return None if document is None else to_idea(document)

    async def answers(
        self, brand_id: str, contest_id: str, by: datetime, *, ends_with_publication: bool
    ) -> tuple[int, int]:
        """How many ideas of a contest are to be answered, and how many were by a moment.

        What is a draft, was withdrawn or merged waits for no answer. One that was turned down has
        its answer; one that takes part waits for the outcome, where one comes.
        """
        kept = {"brand_id": brand_id, "contest_id": contest_id}
        rows = await (await self._counts.aggregate([{"$match": kept}, ADDED_UP])).to_list()
        sums = rows[0] if rows else {"to_answer": 0, "told": 0, "published": 0}
        moments = ["told_at", "published_at"] if ends_with_publication else ["told_at"]
        answered = sum(sums[moment.removesuffix("_at")] for moment in moments)
        # What came later is counted one by one: before the day is over there is none.
        for moment in moments if by < utc_now() else ():
            late = {"$type": "date", "$gt": by}
            answered -= await self._ideas.count_documents(kept | {moment: late})
        return sums["to_answer"], answered

    async def _count(self, idea: Idea, more: Counts) -> None:
        """Part of the transaction that changes the idea."""
        slot = {"_id": f"{idea.contest_id}/{place_of(idea.id) % SLOTS}"}
        whose = {"brand_id": idea.brand_id, "contest_id": idea.contest_id}
        if more:
            await self._counts.update_one(slot | whose, {"$inc": dict(more)}, upsert=True)

    async def titles(
        self, brand_id: str, contest_id: str, idea_ids: Sequence[str]
    ) -> dict[str, str]:
        """The titles of those ideas, by their id."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id, "_id": {"$in": list(idea_ids)}}
        return {d["_id"]: d["title"] async for d in self._ideas.find(wanted, {"title": True})}

    async def page(
        self,
        listing: Listing,
        direction: Literal["oldest", "newest"],
        behind: str | None,
        limit: int,
    ) -> list[Idea]:
        """Ideas by when they came, from those behind one, named by its `came`."""
        wanted = listed(await self.rarest_first(listing))
        if behind is not None:
            wanted["came"] = {"$gt" if direction == "oldest" else "$lt": behind}
        way = ASCENDING if direction == "oldest" else DESCENDING
        found = self._ideas.find(wanted, WITHOUT_DERIVED, max_time_ms=LIST_MILLISECONDS)
        return [to_idea(document) async for document in found.sort("came", way).limit(limit)]

    async def rarest_first(self, listing: Listing) -> Listing:
        """The same with its rarest word first: that is the one by which the index is searched."""
        if len(listing.terms) < 2:
            return listing
        # In all categories and regions: that is told by the index alone.
        everywhere = replace(listing, category=None, region=None)
        counts = {t: await self._ideas_with(replace(everywhere, terms=(t,))) for t in listing.terms}
        return replace(listing, terms=tuple(sorted(listing.terms, key=counts.__getitem__)))

    async def _ideas_with(self, listing: Listing) -> int:
        """How many there are, up to FREQUENT; a tenth of the time that a pipeline takes."""
        command = {"count": self._ideas.name, "query": listed(listing), "limit": FREQUENT}
        told = await self._ideas.database.command(command, maxTimeMS=LIST_MILLISECONDS)
        return int(told["n"])

    async def lowest_places(self, listing: Listing) -> list[int]:
        """The lowest places of ideas in a list, SAMPLE at most."""
        found = self._ideas.find(listed(listing), {"_id": False, "place": True})
        found = found.sort([("place", ASCENDING), ("_id", ASCENDING)]).limit(SAMPLE)
        return [document["place"] async for document in found]

    async def ids_in(self, listing: Listing, ranges: Sequence[Range]) -> list[str]:
        """The ids of the ideas in a list that have their places there."""
        found = self._ideas.find(placed(listing, ranges), {"_id": True})
        return [document["_id"] async for document in found]

    async def of_person(
        self, participant_id: str, contest_id: str | None, before: str | None, limit: int
    ) -> list[Idea]:
        """Ideas of all brands in which somebody has a part, the last one begun first."""
        wanted: Document = {"people": participant_id}
        if contest_id is not None:
            wanted["contest_id"] = contest_id
        if before is not None:
            wanted["_id"] = {"$lt": before}
        found = self._ideas.find(wanted, WITHOUT_DERIVED).sort("_id", DESCENDING).limit(limit)
        return [to_idea(document) async for document in found]

    async def drafts_of(self, participant_id: str, contest_id: str, most: int) -> int:
        """How many ideas somebody has begun in a contest and not handed in; counts up to `most`."""
        theirs = {"people": participant_id, "participant_id": participant_id}
        begun = {**theirs, "contest_id": contest_id, "status": "draft"}
        return await self._ideas.count_documents(begun, limit=most)

    async def all_of_person(self, participant_id: str) -> list[Idea]:
        """All ideas of all brands in which somebody has a part; for erasing alone."""
        wanted = {"people": participant_id}
        return [to_idea(d) async for d in self._ideas.find(wanted, WITHOUT_DERIVED)]

    async def bare(self, brand_id: str, ideas: Sequence[Idea]) -> None:
        """Stores these without what was kept of a person, all at once; for erasing alone.

        Nothing changes that is counted.
        """
        known: Document = {"brand_id": brand_id}
        changes = [ReplaceOne(known | {"_id": idea.id}, stored(brand_id, idea)) for idea in ideas]
        if changes:
            await self._ideas.bulk_write(changes)

    async def remove(self, brand_id: str, idea_ids: Sequence[str]) -> None:
        """Deletes what was never handed in; for erasing alone."""
        drafts = {"brand_id": brand_id, "_id": {"$in": list(idea_ids)}, "submitted_at": None}
        await self._ideas.delete_many(drafts)


class RevisionStore:
    """What ideas have said since they came in; never changed, but for erasing."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._revisions = database["revisions"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._revisions.create_index([("brand_id", ASCENDING), ("_id", ASCENDING)])

    async def keep(self, brand_id: str, revision: Revision) -> None:
        """Keeps what an idea said; part of the transaction that changes it."""
        document = asdict(revision) | {"_id": revision.id, "brand_id": brand_id}
        await self._revisions.insert_one(document)

    async def page(
        self, brand_id: str, idea_id: str, after: str | None, limit: int
    ) -> list[Revision]:
        """What an idea has said, the oldest first, from those after a revision."""
        found = self._revisions.find(_of_idea(brand_id, idea_id, after))
        found = found.sort("_id", ASCENDING).limit(limit)
        return [_REVISION.validate_python(document) async for document in found]

    async def changes(self, brand_id: str, idea_id: str, most: int) -> list[Change]:
        """When an idea was changed after it came in, the last `most` times, the oldest first."""
        when = {"number": True, "made_at": True}
        came = await self._revisions.find_one(
            _of_idea(brand_id, idea_id), when, sort=[("_id", ASCENDING)]
        )
        if came is None:
            return []
        found = self._revisions.find(_of_idea(brand_id, idea_id, came["_id"]), when)
        found = found.sort("_id", DESCENDING).limit(most)
        return [Change(d["number"], d["made_at"]) async for d in found][::-1]

    async def blank(self, brand_id: str, before: Mapping[str, int]) -> None:
        """Empties what each idea has said before the revision of this number; for erasing alone."""
        changes = [
            UpdateMany(
                {
                    "brand_id": brand_id,
                    "_id": {"$gte": revision_id(idea_id, 0), "$lt": revision_id(idea_id, number)},
                },
                _BLANK,
            )
            for idea_id, number in before.items()
        ]
        if changes:
            await self._revisions.bulk_write(changes)


def _of_idea(brand_id: str, idea_id: str, after: str | None = None) -> Document:
    bounds = {"$gt": after or revision_id(idea_id, 0), "$lt": f"{idea_id}/"}
    return {"brand_id": brand_id, "_id": bounds}
