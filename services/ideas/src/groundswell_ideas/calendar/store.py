"""Timers in MongoDB: what the calendars of contests have planned, and what became of it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pydantic import TypeAdapter
from pymongo import ASCENDING
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.calendar.rules import Timer
from groundswell_ideas.terms.rules import Obstacle
from groundswell_kit.mongo import Document

_TIMER = TypeAdapter(Timer)
_OPEN: Document = {"state": {"$in": ["waiting", "refused"]}}


class TimerStore:
    """One timer for each contest and aim. What changes several is part of a transaction."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._timers = database["timers"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._timers.create_index([("brand_id", ASCENDING), ("contest_id", ASCENDING)])
        await self._timers.create_index(
            [("try_at", ASCENDING)], name="due", partialFilterExpression={"settled_at": None}
        )

    async def plan(self, brand_id: str, contest_id: str, timers: Sequence[Timer]) -> None:
        """Makes these, and no others, the timers of a contest that are not settled."""
        ours = {"brand_id": brand_id, "contest_id": contest_id}
        await self._timers.delete_many({**ours, **_OPEN})
        if timers:
            await self._timers.insert_many([_document(brand_id, timer) for timer in timers])

    async def open(self, brand_id: str, contest_id: str) -> list[Timer]:
        """The timers of a contest that are not settled, the next one first."""
        return await self._found({"brand_id": brand_id, "contest_id": contest_id, **_OPEN})

    async def all(self, brand_id: str, contest_id: str) -> list[Timer]:
        """All timers of a contest, the next one first."""
        return await self._found({"brand_id": brand_id, "contest_id": contest_id})

    async def get(self, timer_id: str) -> Timer | None:
        """A timer of whichever brand. Raises ValueError for one that its id does not tell of."""
        found = await self._found({"_id": timer_id})
        if not found:
            return None
        if found[0].id != timer_id:  # saved, it would stay as it is, or be stored as another one
            raise ValueError(f"the timer {timer_id} is one of {found[0].id}")
        return found[0]

    async def save(self, brand_id: str, timer: Timer) -> None:
        """Stores a timer that was read in this transaction."""
        await self._timers.replace_one(
            {"brand_id": brand_id, "_id": timer.id}, _document(brand_id, timer)
        )

    async def hold(self, brand_id: str, contest_id: str, held: bool) -> None:
        """Makes a contest's calendar wait, or go on; the day of its answer comes all the same."""
        calendar = {"aim": {"$ne": "answer"}, **_OPEN}
        ours = {"brand_id": brand_id, "contest_id": contest_id, **calendar}
        await self._timers.update_many(ours, {"$set": {"held": held}})

    async def next_due(self, now: datetime) -> str | None:
        """The id of the timer that has been due for longest, of whichever brand, read or not.

        None when none is.
        """
        due = _due_by(now)
        found = await self._timers.find_one(due, {"_id": True}, sort=[("try_at", ASCENDING)])
        return None if found is None else found["_id"]

    async def put_off(self, timer_id: str, until: datetime, why: Obstacle) -> None:
        """Refuses a timer that is due before then, without reading it, until then.

        One in a state that nobody here knows stays in it.
        """
        due = {"_id": timer_id, **_due_by(until)}
        later = {"try_at": until}
        shown = {"state": "refused", "obstacles": [why]}
        refused = await self._timers.update_one({**due, **_OPEN}, {"$set": later | shown})
        if not refused.matched_count:
            await self._timers.update_one(due, {"$set": later})

    async def refused(self) -> tuple[int, datetime | None]:
        """How many timers of all brands were due and refused, and when the first one was due.

        None when there is none, and when nobody can read when they were due.
        """
        wanted = {"settled_at": None, "held": False, "state": "refused"}
        rows = self._timers.find(wanted, {"due_at": True}).hint("due")
        due = [row.get("due_at") async for row in rows]
        return len(due), min((at for at in due if isinstance(at, datetime)), default=None)

    async def _found(self, wanted: Document) -> list[Timer]:
        found = self._timers.find(wanted).sort("due_at", ASCENDING)
        return [_TIMER.validate_python(document) async for document in found]


def _due_by(at: datetime) -> Document:
    # Who settles a timer by hand may forget to note when.
    open_still = {"settled_at": None, "state": {"$nin": ["done", "cancelled"]}}
    return {**open_still, "held": False, "try_at": {"$lte": at}}


def _document(brand_id: str, timer: Timer) -> Document:
    return asdict(timer) | {"_id": timer.id, "brand_id": brand_id}
