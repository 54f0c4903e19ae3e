"""Polls, and the changes that wait for their turn, in MongoDB."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from datetime import UTC
from typing import Any

from pydantic import TypeAdapter
from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.event import Event
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.outbox import Outbox
from groundswell_voting.polls.rules import (
    UNTIL_CLOSING,
    UNTIL_SEALING,
    Change,
    PauseChange,
    Poll,
    PollStage,
    VotersChange,
    What,
)

_POLL = TypeAdapter(Poll)
_CHANGE = TypeAdapter(Change)


class PollStore:
    """Polls by brand. Whatever moves a poll on says where it starts from."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._polls = database["polls"]

    async def ensure_indexes(self) -> None:
        """Create the indexes. Safe to repeat."""
        await self._polls.create_index([("brand_id", 1), ("contest_id", 1)])
        await self._polls.create_index([("stage", 1)])

    async def insert(self, poll: Poll) -> None:
        """Add a poll; DuplicateKeyError when it is there."""
        await self._polls.insert_one(_document(poll))

    async def request_closing(self, brand_id: str, contest_id: str) -> None:
        """Ask that the open polls of a contest close before their time. Safe to repeat."""
        await self._polls.update_many(
            {"brand_id": brand_id, "contest_id": contest_id, "stage": {"$in": UNTIL_CLOSING}},
            {"$set": {"close_requested": True}},
        )

    async def number_change(self, brand_id: str, poll_id: str, what: What) -> int | None:
        """The turn of another change; None when the poll is being sealed, or is not this brand's.

        In the transaction that adds the change, so that no turn is without one.
        """
        asked = "pauses_asked" if isinstance(what, PauseChange) else "changes_asked"
        found = await self._polls.find_one_and_update(
            {"_id": poll_id, "brand_id": brand_id, "stage": {"$in": UNTIL_SEALING}},
            {"$inc": {asked: 1}},
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else int(found[asked])

    async def find_public(self, poll_id: str) -> Poll | None:
        """A poll by its id alone, for public pages and passes."""
        found = await self._polls.find_one({"_id": poll_id})
        return None if found is None else _poll(found)

    async def unfinished_of_all_brands(self) -> AsyncIterator[Poll]:
        """Every poll that is not retired; for the state machine, which serves all brands."""
        async for document in self._polls.find({"stage": {"$ne": PollStage.RETIRED}}):
            yield _poll(document)

    async def change(self, poll: Poll, **changes: Any) -> Poll | None:
        """Apply changes if the poll still stands where it was read; the poll after, else None."""
        return await self._update(_standing_at(poll), {"$set": changes})

    async def reserve_announcement(self, poll: Poll) -> int | None:
        """A number for an announcement about a poll that still stands where it was read.

        No number is given out twice, and numbers grow as the poll moves on: what a worker that has
        lost its lease still announces is overruled by what was announced later. Else None.
        """
        found = await self._update(_standing_at(poll), {"$inc": {"announcement_number": 1}})
        return None if found is None else found.announcement_number

    async def _update(self, wanted: Document, update: Document) -> Poll | None:
        found = await self._polls.find_one_and_update(
            wanted, update, return_document=ReturnDocument.AFTER
        )
        return None if found is None else _poll(found)


class ChangeStore:
    """Changes of polls, in the order in which they were asked for; pauses in one of their own."""

    def __init__(self, database: AsyncDatabase[Document], polls: PollStore, outbox: Outbox) -> None:
        self._client = database.client
        self._changes = database["poll_changes"]
        self._polls = polls
        self._outbox = outbox

    async def ensure_indexes(self) -> None:
        """Create the index. Safe to repeat."""
        await self._changes.create_index([("brand_id", 1), ("poll_id", 1), ("sequence", 1)])

    async def add(self, change: Change, events: Sequence[Event]) -> None:
        """Add a change, in a transaction, and emit what became of it if it came too late.

        DuplicateKeyError when it is there.
        """
        document = asdict(change)
        document["_id"] = document.pop("change_id")
        await self._changes.insert_one(document)
        await self._outbox.add(change.brand_id, events)

    async def find(self, brand_id: str, change_id: str) -> Change | None:
        """A change that has been asked for."""
        found = await self._changes.find_one({"_id": change_id, "brand_id": brand_id})
        return None if found is None else _change(found)

    async def next_of(self, poll: Poll) -> Change | None:
        """The change whose turn it is."""
        return await self._find_turn(poll, poll.changes_done + 1, {"$ne": "pause"})

    async def next_pause_of(self, poll: Poll) -> Change | None:
        """The pause, or the end of one, whose turn it is."""
        return await self._find_turn(poll, poll.pauses_done + 1, "pause")

    async def _find_turn(self, poll: Poll, turn: int, kind: str | Document) -> Change | None:
        found = await self._changes.find_one(
            {
                "brand_id": poll.brand_id,
                "poll_id": poll.poll_id,
                "sequence": turn,
                "what.kind": kind,
            }
        )
        return None if found is None else _change(found)

    async def voters_named(self, change: Change) -> int:
        """How many voters and passes the poll's set-asides before this change name."""
        sizes = {"$size": {"$concatArrays": ["$what.voters", "$what.pass_ids"]}}
        wanted = {
            "brand_id": change.brand_id,
            "poll_id": change.poll_id,
            "sequence": {"$lt": change.sequence},
            "what.kind": "set_aside",
        }
        cursor = await self._changes.aggregate(
            [{"$match": wanted}, {"$group": {"_id": None, "named": {"$sum": sizes}}}]
        )
        found = await cursor.to_list()
        return int(found[0]["named"]) if found else 0

    async def of_voters(
        self, brand_id: str, poll_id: str, behind: str | None, limit: int
    ) -> Sequence[Change]:
        """Set-asides and reinstatements of a poll, oldest first, from those behind one."""
        wanted: Document = {
            "brand_id": brand_id,
            "poll_id": poll_id,
            "what.kind": {"$in": ["set_aside", "reinstate"]},
        }
        if behind is not None:
            wanted["_id"] = {"$gt": behind}
        found = self._changes.find(wanted).sort("_id", 1).limit(limit)
        return [_change(document) async for document in found]

    async def resolve(self, change: Change, voters: Sequence[str]) -> None:
        """Note whom a change concerns; once noted, it stays."""
        if not isinstance(change.what, VotersChange):
            raise TypeError(f"not a change of voters: {change.what.kind}")
        await self._changes.update_one(
            {"_id": change.change_id, "brand_id": change.brand_id, "what.resolved": None},
            {"$set": {"what.resolved": list(voters)}},
        )

    async def divide(self, change: Change, voters_per_record: int) -> None:
        """Note into what records a change that names voters is divided; once noted, it stays."""
        await self._changes.update_one(
            {
                "_id": change.change_id,
                "brand_id": change.brand_id,
                "what.voters_per_record": None,
            },
            {"$set": {"what.voters_per_record": voters_per_record}},
        )

    async def settle(
        self, poll: Poll, settled: Change, events: Sequence[Event] = (), **poll_is: Any
    ) -> None:
        """Note what became of the change whose turn it is, and what the poll is after it.

        All of it and its events, or nothing; nothing when another worker has done so.
        """
        done: dict[str, Any] = {"changes_done": settled.sequence, "change_record": None}
        if isinstance(settled.what, PauseChange):
            done = {"pauses_done": settled.sequence}
        kept = asdict(settled)
        fields = {name: kept[name] for name in ("state", "refusal", "settled_at", "record")}

        async def work() -> None:
            if await self._polls.change(poll, **done | poll_is) is not None:
                await self._changes.update_one(
                    {"_id": settled.change_id, "brand_id": settled.brand_id},
                    {"$set": fields},
                )
                await self._outbox.add(settled.brand_id, events)

        await transaction(self._client, work)


def _standing_at(poll: Poll) -> Document:
    return {
        "_id": poll.poll_id,
        "brand_id": poll.brand_id,
        "stage": poll.stage,
        "control_number": poll.control_number,
        "writing": poll.writing,
        "changes_done": poll.changes_done,
        "change_record": poll.change_record,
        "pauses_done": poll.pauses_done,
    }


def _document(poll: Poll) -> Document:
    document = asdict(poll)
    document["_id"] = document.pop("poll_id")
    return document


def _poll(document: Document) -> Poll:
    fields = dict(document)
    fields["poll_id"] = fields.pop("_id")
    fields["closes_at"] = fields["closes_at"].astimezone(UTC)
    return _POLL.validate_python(fields)


def _change(document: Document) -> Change:
    fields = dict(document)
    fields["change_id"] = fields.pop("_id")
    return _CHANGE.validate_python(fields)
