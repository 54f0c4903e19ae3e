"""Messages in people's inboxes with the state of their mails, and broadcasts, in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import NamedTuple

from pydantic import TypeAdapter
from pymongo import ASCENDING, DESCENDING, ReturnDocument, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document
from groundswell_notifications.audience.rules import PERSON_KINDS, STAFF_KINDS
from groundswell_notifications.messages.rules import Broadcast, DueMail, MailState, Message, Notice

_MESSAGE = TypeAdapter(Message)
_NOTICE = TypeAdapter(Notice)

DUE: Document = {"mail.state": "due"}


class MailQueue(NamedTuple):
    """How many mails are due, and since when the oldest one is."""

    due: int
    oldest_since: datetime | None


class MessageStore:
    """All messages. They belong to people, who belong to no brand: reads name the person.

    A member of a brand's staff is named alike, by an id that is theirs at this brand alone.
    """

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._messages = database["messages"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._messages.create_index([("person_id", ASCENDING), ("_id", DESCENDING)])
        for field in ("due_at", "since"):
            await self._messages.create_index(
                f"mail.{field}", name=f"due mails by {field}", partialFilterExpression=DUE
            )

    async def add(self, messages: Sequence[Message], now: datetime) -> None:
        """Adds those that are not there yet, each with a mail that is due."""
        if not messages:
            return
        # Upserts, because a duplicate key error would end the transaction.
        await self._messages.bulk_write(
            [
                UpdateOne({"_id": m.id}, {"$setOnInsert": _document(m, now)}, upsert=True)
                for m in messages
            ]
        )

    async def page(self, person_id: str, before: str | None, limit: int) -> list[Message]:
        """The person's messages, newest first, from those before the message `before`."""
        wanted: Document = {"person_id": person_id}
        if before is not None:
            wanted["_id"] = {"$lt": before}
        found = self._messages.find(wanted).sort("_id", DESCENDING).limit(limit)
        return [_message(document) async for document in found]

    async def unread(self, person_id: str) -> int:
        """How many of the person's messages are not read."""
        return await self._messages.count_documents({"person_id": person_id, "read_at": None})

    async def mark_read(self, person_id: str, message_id: str, now: datetime) -> Message | None:
        """The person's message, read from now on or since before; None when it is not theirs."""
        theirs = {"person_id": person_id, "_id": message_id}
        await self._messages.update_one(theirs | {"read_at": None}, {"$set": {"read_at": now}})
        document = await self._messages.find_one(theirs)
        return None if document is None else _message(document)

    async def take_due(self, in_hand: timedelta) -> DueMail | None:
        """The mail that is due for longest; nobody else gets it for as long as it is in hand."""
        document = await self._messages.find_one_and_update(
            DUE | {"$expr": {"$lte": ["$mail.due_at", "$$NOW"]}},
            _due_in(in_hand, {"mail.attempts": {"$add": ["$mail.attempts", 1]}}),
            sort=[("mail.due_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        )
        if document is None:
            return None
        return DueMail(_message(document), document["mail"]["attempts"])

    async def put_off(self, mail: DueMail, delay: timedelta) -> None:
        """Lets a mail that could not be sent be due after a delay, unless others took it since."""
        still_ours = {"_id": mail.message.id, "mail.attempts": mail.attempts} | DUE
        await self._messages.update_one(still_ours, _due_in(delay, {}))

    async def end_mail(
        self, message_id: str, state: MailState, note: str | None, now: datetime
    ) -> None:
        """Notes what became of a mail, with a word for operators; it is not due any more."""
        ended = {"mail.state": state, "mail.note": note, "mail.ended_at": now}
        await self._messages.update_one({"_id": message_id} | DUE, {"$set": ended})

    async def queue(self) -> MailQueue:
        """What waits to be sent, also what is in hand."""
        oldest = await self._messages.find_one(DUE, sort=[("mail.since", ASCENDING)])
        if oldest is None:
            return MailQueue(0, None)
        since = oldest["mail"]["since"]
        # The bound lets MongoDB count in the index of due mails; all others are many.
        due = await self._messages.count_documents(DUE | {"mail.since": {"$gte": since}})
        return MailQueue(due, since)

    async def erase(self, person_id: str) -> None:
        """Removes all messages of a person; a repeat changes nothing."""
        await self._messages.delete_many({"person_id": person_id})


class BroadcastStore:
    """What all of a contest, or of a brand's staff, are told, for ever, and how far that is."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._broadcasts = database["broadcasts"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        await self._broadcasts.create_index(
            [("brand_id", ASCENDING), ("contest_id", ASCENDING), ("happened_at", ASCENDING)]
        )
        await self._broadcasts.create_index(
            [("brand_id", ASCENDING), ("kind", ASCENDING), ("happened_at", ASCENDING)]
        )
        await self._broadcasts.create_index("next_at", sparse=True)

    async def begin(self, brand_id: str, broadcast: Broadcast, now: datetime) -> None:
        """Stores a broadcast whose first page is due now; one that has begun goes on as it is."""
        notice = broadcast.notice
        first = asdict(notice) | _progress(broadcast) | {"next_at": now}
        del first["brand_id"]
        known = {"brand_id": brand_id, "_id": _broadcast_id(notice)}
        await self._broadcasts.update_one(known, {"$setOnInsert": first}, upsert=True)

    async def to_people(
        self, brand_id: str, contest_id: str, happened_at: datetime
    ) -> list[Notice]:
        """What a contest's people were told, or are being told, of that time and later."""
        in_contest = {"brand_id": brand_id, "contest_id": contest_id}
        return await self._since(happened_at, in_contest | {"kind": {"$in": PERSON_KINDS}})

    async def to_staff(self, brand_id: str, happened_at: datetime) -> list[Notice]:
        """What a brand's staff were told, or are being told, of that time and later."""
        return await self._since(happened_at, {"brand_id": brand_id, "kind": {"$in": STAFF_KINDS}})

    async def next_due_of_all_brands(self, now: datetime) -> Broadcast | None:
        """A broadcast whose next page is due, the longest due first."""
        due = {"next_at": {"$lte": now}}
        document = await self._broadcasts.find_one(due, sort=[("next_at", ASCENDING)])
        if document is None:
            return None
        return Broadcast(
            notice=_NOTICE.validate_python(document),
            told_up_to=document["told_up_to"],
            passes_left=document["passes_left"],
        )

    async def advance(self, before: Broadcast, after: Broadcast, next_at: datetime | None) -> None:
        """Notes how far a broadcast has come, next due then, or never; nothing if it was further.

        In a transaction with the page's messages: of two at once, one is undone.
        """
        known = {"brand_id": before.notice.brand_id, "_id": _broadcast_id(before.notice)}
        due = {"$unset": {"next_at": ""}} if next_at is None else {"$set": {"next_at": next_at}}
        progress = due.get("$set", {}) | _progress(after)
        await self._broadcasts.update_one(known | _progress(before), due | {"$set": progress})

    async def count_open_of_all_brands(self) -> int:
        """How many broadcasts are not through."""
        return await self._broadcasts.count_documents({"next_at": {"$exists": True}})

    async def _since(self, happened_at: datetime, wanted: Document) -> list[Notice]:
        found = self._broadcasts.find(wanted | {"happened_at": {"$gte": happened_at}})
        return [_NOTICE.validate_python(document) async for document in found]


def _broadcast_id(notice: Notice) -> str:
    return f"{notice.source}\n{notice.event_id}"


def _progress(broadcast: Broadcast) -> Document:
    return {"told_up_to": broadcast.told_up_to, "passes_left": broadcast.passes_left}


def _due_in(delay: timedelta, more: Document) -> list[Document]:
    # By the server's clock, which all workers share: with their own, one that is ahead would take
    # what another has in hand.
    due_at = {"$add": ["$$NOW", round(delay.total_seconds() * 1000)]}
    return [{"$set": {"mail.due_at": due_at} | more}]


def _document(message: Message, now: datetime) -> Document:
    document = asdict(message)
    del document["id"]
    mail = {"state": message.mail, "due_at": now, "since": now, "attempts": 0}
    return document | {"mail": mail}


def _message(document: Document) -> Message:
    fields = {**document, "id": document["_id"], "mail": document["mail"]["state"]}
    del fields["_id"]
    return _MESSAGE.validate_python(fields)
