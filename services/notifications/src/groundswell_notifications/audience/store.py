"""Contests and their members, brands' staff, people's choices and the erased, in MongoDB."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document
from groundswell_notifications.audience.rules import (
    SETTLED_AFTER,
    Follow,
    Kind,
    Member,
    StaffMember,
)


class KnownContest(NamedTuple):
    """A contest as its events told of it."""

    brand_id: str
    contest_id: str
    title: str


class AudienceStore:
    """Who takes part in which contest, or follows it: one row for each contest and person.

    And who works for which brand: one row for each member.
    """

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._contests = database["contests"]
        self._members = database["members"]
        self._staff = database["staff"]

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        in_contest = [("brand_id", ASCENDING), ("contest_id", ASCENDING)]
        await self._members.create_index([*in_contest, ("person_id", ASCENDING)], unique=True)
        await self._members.create_index([("person_id", ASCENDING), ("contest_id", ASCENDING)])
        await self._staff.create_index([("brand_id", ASCENDING), ("_id", ASCENDING)])

    async def keep_contest(self, brand_id: str, contest_id: str, title: str) -> None:
        """Keeps or renews what is known of a contest."""
        known = {"brand_id": brand_id, "title": title}
        await self._contests.update_one({"_id": contest_id}, {"$set": known}, upsert=True)

    async def title(self, brand_id: str, contest_id: str) -> str | None:
        """The title of a contest of the brand; None while its event has not come."""
        found = await self._contests.find_one({"brand_id": brand_id, "_id": contest_id})
        return None if found is None else str(found["title"])

    async def find_public(self, contest_id: str) -> KnownContest | None:
        """A contest of any brand."""
        found = await self._contests.find_one({"_id": contest_id})
        return (
            None if found is None else KnownContest(found["brand_id"], contest_id, found["title"])
        )

    async def enter(self, brand_id: str, contest_id: str, person_id: str, at: datetime) -> None:
        """Notes that somebody takes part since then, or since an earlier time that is known."""
        await self._since(brand_id, contest_id, person_id, {"entered_at": at})

    async def follow(self, brand_id: str, contest_id: str, person_id: str, at: datetime) -> None:
        """Notes that somebody follows a contest since then, or since an earlier time."""
        await self._since(brand_id, contest_id, person_id, {"followed_at": at})

    async def unfollow(self, contest_id: str, person_id: str) -> None:
        """Notes that somebody follows a contest no longer; a repeat changes nothing."""
        of_person = {"person_id": person_id, "contest_id": contest_id}
        await self._members.delete_one(of_person | {"entered_at": None})
        await self._members.update_one(of_person, {"$unset": {"followed_at": ""}})

    async def followed(self, person_id: str, contest_id: str) -> Follow | None:
        """A contest that the person follows, or None."""
        wanted = {"contest_id": contest_id}
        found = await self._follows(person_id, wanted, 1)
        return found[0] if found else None

    async def follows(self, person_id: str, after: str | None, limit: int) -> list[Follow]:
        """The contests that the person follows, by id, from those after the contest `after`."""
        return await self._follows(person_id, {"contest_id": {"$gt": after or ""}}, limit)

    async def members(self, brand_id: str, contest_id: str, after: str, limit: int) -> list[Member]:
        """A page of a contest's members, by person, from those after the person `after`."""
        wanted = {"brand_id": brand_id, "contest_id": contest_id, "person_id": {"$gt": after}}
        found = self._members.find(wanted).sort("person_id", ASCENDING).limit(limit)
        return [_member(row) async for row in found]

    async def join(self, brand_id: str, member_id: str, roles: Iterable[str], at: datetime) -> None:
        """Notes in which roles somebody works for a brand, since then or an earlier time."""
        member = {"brand_id": brand_id, "_id": member_id}
        joined = {"$set": {"roles": list(roles)}, "$min": {"since": at}}
        await self._staff.update_one(member, joined, upsert=True)

    async def staff_member(self, brand_id: str, member_id: str) -> StaffMember | None:
        """Somebody who works for a brand, or None."""
        row = await self._staff.find_one({"brand_id": brand_id, "_id": member_id})
        return None if row is None else _staff_member(row)

    async def staff(self, brand_id: str, after: str, limit: int) -> list[StaffMember]:
        """A page of those who work for a brand, by id, from those after the member `after`."""
        wanted = {"brand_id": brand_id, "_id": {"$gt": after}}
        found = self._staff.find(wanted).sort("_id", ASCENDING).limit(limit)
        return [_staff_member(row) async for row in found]

    async def erase(self, person_id: str) -> None:
        """Takes the person out of all contests, and off a brand's staff; safe to repeat."""
        await self._members.delete_many({"person_id": person_id})
        await self._staff.delete_one({"_id": person_id})

    async def _since(
        self, brand_id: str, contest_id: str, person_id: str, since: dict[str, datetime]
    ) -> None:
        member = {"brand_id": brand_id, "contest_id": contest_id, "person_id": person_id}
        await self._members.update_one(member, {"$min": since}, upsert=True)

    async def _follows(self, person_id: str, wanted: Document, limit: int) -> list[Follow]:
        rows = await self._members.aggregate(
            [
                {"$match": {"person_id": person_id, "followed_at": {"$ne": None}, **wanted}},
                {"$sort": {"contest_id": ASCENDING}},
                {"$limit": limit},
                {
                    "$lookup": {
                        "from": self._contests.name,
                        "localField": "contest_id",
                        "foreignField": "_id",
                        "as": "contest",
                    }
                },
                {"$unwind": "$contest"},
            ]
        )
        return [_follow(row) async for row in rows]


class PersonStore:
    """What people chose, and who is erased."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._choices = database["preferences"]
        self._erased = database["erased"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's index; a repeat changes nothing."""
        await self._erased.create_index("settled_at", sparse=True)

    async def without_mail(self, person_id: str) -> set[str]:
        """The kinds of message that the person wants no mail of."""
        found = await self._choices.find_one({"_id": person_id})
        return set() if found is None else set(found["without_mail"])

    async def set_without_mail(self, person_id: str, kinds: Iterable[str]) -> None:
        """Replaces the kinds that the person wants no mail of."""
        chosen = {"without_mail": list(kinds)}
        await self._choices.replace_one({"_id": person_id}, chosen, upsert=True)

    async def end_mail(self, person_id: str, kind: Kind) -> None:
        """Adds a kind that the person wants no mail of; a repeat changes nothing."""
        added = {"$addToSet": {"without_mail": kind}}
        await self._choices.update_one({"_id": person_id}, added, upsert=True)

    async def is_erased(self, person_id: str) -> bool:
        """Whether the person is erased."""
        return await self._erased.find_one({"_id": person_id}) is not None

    async def erase(self, person_id: str, now: datetime) -> None:
        """Forgets the person's choices and remembers, by id alone, that they are erased."""
        await self._choices.delete_one({"_id": person_id})
        times = {"erased_at": now, "settled_at": now + SETTLED_AFTER}
        await self._erased.update_one({"_id": person_id}, {"$setOnInsert": times}, upsert=True)

    async def next_settled(self, now: datetime) -> str | None:
        """Somebody erased whose rows have to be looked for once more."""
        found = await self._erased.find_one({"settled_at": {"$lte": now}})
        return None if found is None else str(found["_id"])

    async def settle(self, person_id: str) -> None:
        """Notes that nothing of an erased person is left, nor can come."""
        await self._choices.delete_one({"_id": person_id})
        await self._erased.update_one({"_id": person_id}, {"$unset": {"settled_at": ""}})


def _member(row: Document) -> Member:
    return Member(
        person_id=row["person_id"],
        entered_at=row.get("entered_at"),
        followed_at=row.get("followed_at"),
    )


def _staff_member(row: Document) -> StaffMember:
    return StaffMember(member_id=row["_id"], roles=frozenset(row["roles"]), since=row["since"])


def _follow(row: dict[str, Any]) -> Follow:
    return Follow(
        contest_id=row["contest_id"], title=row["contest"]["title"], since=row["followed_at"]
    )
