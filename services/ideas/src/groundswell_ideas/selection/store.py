"""Certified tallies in MongoDB, as voting told them."""

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.selection.rules import CertifiedTally
from groundswell_kit.mongo import Document

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


def _tally(document: Document) -> CertifiedTally:
    return _TALLY.validate_python({**document, "poll_id": document["_id"]})
