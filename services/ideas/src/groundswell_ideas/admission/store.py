"""Guest lists and pilots in MongoDB."""

from collections.abc import Sequence

from pymongo import ASCENDING, ReplaceOne
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.admission.rules import Guest
from groundswell_kit.mongo import Document


class AdmissionStore:
    """Who is invited to each contest, and who takes part in its pilot."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._guests = database["guests"]
        self._pilots = database["pilots"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING)]
        await self._guests.create_index([*in_contest, ("participant_id", ASCENDING)], unique=True)
        await self._guests.create_index("participant_id")

    async def invite(self, brand_id: str, contest_id: str, guests: Sequence[Guest]) -> None:
        """Puts guests on the list of a contest; who is on it gets these segments instead."""
        where = {"brand_id": brand_id, "contest_id": contest_id}
        if guests:
            await self._guests.bulk_write(
                [
                    ReplaceOne(
                        {**where, "participant_id": guest.participant_id},
                        {
                            **where,
                            "participant_id": guest.participant_id,
                            "segments": guest.segments,
                        },
                        upsert=True,
                    )
                    for guest in guests
                ]
            )

    async def uninvite(self, brand_id: str, contest_id: str, participant_id: str) -> bool:
        """Takes a guest off the list; whether they were on it."""
        known = {"brand_id": brand_id, "contest_id": contest_id, "participant_id": participant_id}
        return (await self._guests.delete_one(known)).deleted_count > 0

    async def erase(self, participant_id: str) -> None:
        """Takes somebody off all guest lists; a place in a pilot stays taken, by their id alone."""
        await self._guests.delete_many({"participant_id": participant_id})

    async def guest(self, brand_id: str, contest_id: str, participant_id: str) -> Guest | None:
        """A guest of a contest."""
        known = {"brand_id": brand_id, "contest_id": contest_id, "participant_id": participant_id}
        found = await self._guests.find_one(known)
        return None if found is None else _guest(found)

    async def page(
        self, brand_id: str, contest_id: str, after: str | None, limit: int
    ) -> list[Guest]:
        """The guests of a contest by their ids, from those after one."""
        wanted: Document = {"brand_id": brand_id, "contest_id": contest_id}
        if after is not None:
            wanted["participant_id"] = {"$gt": after}
        found = self._guests.find(wanted).sort("participant_id", ASCENDING).limit(limit)
        return [_guest(document) async for document in found]

    async def join_pilot(
        self, brand_id: str, contest_id: str, participant_id: str, people: int
    ) -> bool:
        """Takes somebody into a pilot of so many people; whether there was a place.

        Who is in stays in. Part of a transaction, so that two do not get the last place.
        """
        pilot = {"brand_id": brand_id, "_id": contest_id}
        await self._pilots.update_one(pilot, {"$setOnInsert": {"participant_ids": []}}, upsert=True)
        room = [
            {"participant_ids": participant_id},
            {f"participant_ids.{people - 1}": {"$exists": False}},
        ]
        joined = await self._pilots.update_one(
            {**pilot, "$or": room}, {"$addToSet": {"participant_ids": participant_id}}
        )
        return joined.matched_count > 0


def _guest(document: Document) -> Guest:
    return Guest(participant_id=document["participant_id"], segments=tuple(document["segments"]))
