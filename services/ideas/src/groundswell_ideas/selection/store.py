"""Certified tallies in MongoDB, as voting told them, and who is yet to be told of a shortlist."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import NamedTuple

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_ideas.selection.rules import CertifiedTally
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document
from groundswell_kit.outbox import Outbox

_TALLY = TypeAdapter(CertifiedTally)


class TallyStore:
    """One certified tally for each poll; it is never changed."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._tallies = database["tallies"]

    async def add(self, brand_id: str, contest_id: str, tally: CertifiedTally) -> None:
        """Stores the tally of a poll. Raises DuplicateKeyError when it has one."""
        document = {"brand_id": brand_id, "contest_id": contest_id} | asdict(tally)
        document["_id"] = document.pop("poll_id")
        await self._tallies.insert_one(document)

    async def find(self, brand_id: str, poll_ids: Sequence[str]) -> dict[str, CertifiedTally]:
        """The tallies of those polls that are certified, by poll."""
        found = self._tallies.find({"brand_id": brand_id, "_id": {"$in": list(poll_ids)}})
        return {d["_id"]: _tally(d) async for d in found}

    async def find_place(
        self, brand_id: str, poll_ids: Sequence[str], idea_id: str
    ) -> list[CertifiedTally]:
        """The same tallies, each as if it named this idea alone, or none."""
        wanted = {"brand_id": brand_id, "_id": {"$in": list(poll_ids)}}
        shown: Document = dict.fromkeys(("certified_at", "verdicts", "log_hash"), True)
        found = self._tallies.find(wanted, shown | {"ideas": {"$elemMatch": {"idea_id": idea_id}}})
        return [_tally({"ideas": [], **document}) async for document in found]


class Untold(NamedTuple):
    """Ideas that came on a shortlist together, of which nobody has been told yet."""

    id: str
    brand_id: str
    contest_id: str
    idea_ids: list[str]


class UntoldStore:
    """What is yet to be told of shortlists; written in the transaction of what makes them."""

    def __init__(self, database: AsyncDatabase[Document], outbox: Outbox) -> None:
        self._untold = database["untold_shortlisted"]
        self._outbox = outbox

    async def add(
        self,
        brand_id: str,
        contest_id: str,
        told: Sequence[Event],
        untold: Sequence[Sequence[str]],
    ) -> None:
        """Tells of some ideas, and keeps pieces of others for later."""
        await self._outbox.add(brand_id, told)
        whose = {"brand_id": brand_id, "contest_id": contest_id}
        pieces = [{"_id": new_id("untold"), "idea_ids": list(ids)} | whose for ids in untold]
        if pieces:
            await self._untold.insert_many(pieces)

    async def first(self, now: datetime) -> str | None:
        """The id of the first piece that is due, of whichever brand, read or not; None: none is."""
        due = {"try_at": {"$not": {"$gt": now}}}
        found = await self._untold.find_one(due, {"_id": True}, sort=[("_id", ASCENDING)])
        return None if found is None else found["_id"]

    async def get(self, piece_id: str) -> Untold | None:
        """A piece that is still to be told, of whichever brand."""
        found = await self._untold.find_one({"_id": piece_id})
        if found is None:
            return None
        return Untold(found["_id"], found["brand_id"], found["contest_id"], found["idea_ids"])

    async def put_off(self, piece_id: str, until: datetime) -> None:
        """Has a piece be left alone until then, without reading it."""
        await self._untold.update_one({"_id": piece_id}, {"$set": {"try_at": until}})

    async def settle(self, piece: Untold, told: Sequence[Event]) -> None:
        """Tells of a piece, and keeps it no longer. A repeat changes nothing."""
        known = {"_id": piece.id, "brand_id": piece.brand_id}
        if (await self._untold.delete_one(known)).deleted_count:
            await self._outbox.add(piece.brand_id, told)


def _tally(document: Document) -> CertifiedTally:
    return _TALLY.validate_python({**document, "poll_id": document["_id"]})
