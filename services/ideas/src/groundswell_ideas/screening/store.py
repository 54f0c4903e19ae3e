"""Screenings and fingerprints in MongoDB; written in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.screening.rules import Screening
from groundswell_ideas.screening.rules.resemblance import Fingerprint
from groundswell_kit.mongo import Document

CANDIDATES = 200
"""Fingerprints that a look-up compares. More share a band only where everybody says the same."""

_SCREENING = TypeAdapter(Screening)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one idea or comment."""

    contest_id: str
    subject_id: str
    among: str
    screening: Screening
    fingerprints: Sequence[Fingerprint]
    screened_at: datetime


class ScreeningStore:
    """What was found, and what the next one is compared with."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._screenings = database["screenings"]
        self._fingerprints = database["fingerprints"]

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING)]
        await self._fingerprints.create_index([*in_contest, ("bands", ASCENDING)])
        await self._fingerprints.create_index([("brand_id", ASCENDING), ("subject_id", ASCENDING)])
        await self._screenings.create_index([("brand_id", ASCENDING), ("_id", ASCENDING)])

    async def resembling(
        self, brand_id: str, contest_id: str, subject_id: str, among: str, own: Fingerprint
    ) -> list[tuple[str, Sequence[int]]]:
        """Others `among` the contest's that share a band: whose they are, and their signatures."""
        wanted = self.sharing_a_band(brand_id, contest_id, subject_id, among, own)
        found = self._fingerprints.find(wanted, {"subject_id": True, "signature": True})
        return [(d["subject_id"], d["signature"]) async for d in found.limit(CANDIDATES)]

    def sharing_a_band(
        self, brand_id: str, contest_id: str, subject_id: str, among: str, own: Fingerprint
    ) -> Document:
        """The query of `resembling`, which the index on bands answers."""
        return {
            "brand_id": brand_id,
            "contest_id": contest_id,
            "bands": {"$in": own.probes},
            "kind": own.kind,
            "among": among,
            "subject_id": {"$ne": subject_id},
        }

    async def keep(self, brand_id: str, kept: Kept) -> None:
        """Keeps a screening in place of the subject's last one."""
        await self.forget(brand_id, [kept.subject_id])
        place = {"brand_id": brand_id, "contest_id": kept.contest_id, "among": kept.among}
        found = asdict(kept.screening) | {"screened_at": kept.screened_at}
        await self._screenings.insert_one({"_id": kept.subject_id} | place | found)
        if kept.fingerprints:
            await self._fingerprints.insert_many(
                place
                | {
                    "subject_id": kept.subject_id,
                    "kind": one.kind,
                    "signature": one.signature,
                    "bands": one.bands,
                }
                for one in kept.fingerprints
            )

    async def forget(self, brand_id: str, subject_ids: Sequence[str]) -> None:
        """Forgets all of these subjects; nothing resembles them from now on."""
        these = {"$in": list(subject_ids)}
        await self._screenings.delete_many({"brand_id": brand_id, "_id": these})
        await self._fingerprints.delete_many({"brand_id": brand_id, "subject_id": these})

    async def find(self, brand_id: str, subject_ids: Sequence[str]) -> dict[str, Screening]:
        """The last screenings of these subjects, by their ids."""
        wanted = {"brand_id": brand_id, "_id": {"$in": list(subject_ids)}}
        return {
            document["_id"]: _SCREENING.validate_python(
                {"outcome": document["outcome"], "findings": document["findings"]}
            )
            async for document in self._screenings.find(wanted)
        }
