"""Media in MongoDB: what was announced, what has arrived, what was found, and what uses it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pymongo import ASCENDING, ReturnDocument, UpdateOne
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.media.rules import Media, Piece
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.observability import get_logger

log = get_logger()

_MEDIA = TypeAdapter(Media)
_FORGOTTEN_AFTER = timedelta(days=2)


class MediaStore:
    """The media of all brands. Commands on several stores run in a transaction of `client`.

    The worker's queues (`claim_check`, `find_expired`, `find_untidy`) are of all brands at once. A
    medium in them that cannot be read is logged, and left alone until the moment that is given.
    What has expired is found by nobody, also before it is deleted.
    """

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._media = database["media"]
        self._uploaders = database["uploaders"]

    async def ensure_indexes(self) -> None:
        """Makes the collections' indexes; a repeat changes nothing."""
        of_uploader = [("brand_id", ASCENDING), ("uploader_id", ASCENDING)]
        await self._media.create_index([*of_uploader, ("holder_id", ASCENDING)])
        await self._media.create_index([("brand_id", ASCENDING), ("holder_id", ASCENDING)])
        await self._media.create_index("uploader_id")
        for queue in ("check_at", "expires_at", "tidy_at"):
            await self._media.create_index(
                queue, partialFilterExpression={queue: {"$type": "date"}}
            )
        await self._uploaders.create_index(
            "seen_at", expireAfterSeconds=int(_FORGOTTEN_AFTER.total_seconds())
        )

    async def add(
        self, brand_id: str, media: Media, most_unused: int, *, refused_too: bool
    ) -> bool:
        """Stores a new upload, unless its uploader has as many that nothing uses: then False.

        Those that were refused count where `refused_too`.
        """

        async def work() -> bool:
            # Written by every upload of a person: of two at once, the second counts the first.
            seen = {"$set": {"seen_at": media.created_at}}
            uploader = {"_id": f"{brand_id}\n{media.uploader_id}"}
            await self._uploaders.update_one(uploader, seen, upsert=True)
            mine = {"brand_id": brand_id, "uploader_id": media.uploader_id}
            unused: Document = {**mine, "holder_id": None}
            if not refused_too:
                unused["state"] = {"$ne": "refused"}
            if await self._media.count_documents(unused, limit=most_unused) >= most_unused:
                return False
            await self._media.insert_one(_document(brand_id, media))
            return True

        return await transaction(self.client, work)

    async def find_public(self, media_id: str, now: datetime) -> Media | None:
        """A medium of any brand, ready or not: the caller decides who may see it."""
        document = await self._media.find_one({"_id": media_id} | _not_expired(now))
        return None if document is None else _medium(document)

    async def find(
        self, brand_id: str, media_ids: Sequence[str], now: datetime
    ) -> dict[str, Media]:
        """Those of the media that are the brand's, by their id."""
        wanted = {"brand_id": brand_id, "_id": {"$in": list(media_ids)}} | _not_expired(now)
        return {d["_id"]: _medium(d) async for d in self._media.find(wanted)}

    async def append(self, brand_id: str, media_id: str, piece: Piece) -> Media | None:
        """Adds the piece that follows on what has arrived; None when it does not follow."""
        known = {"brand_id": brand_id, "_id": media_id, "gone": None}
        follows = {"state": "open", "received": piece.offset}
        taken = {"$push": {"pieces": asdict(piece)}, "$inc": {"received": piece.bytes}}
        document = await self._media.find_one_and_update(
            known | follows, taken, return_document=ReturnDocument.AFTER
        )
        return None if document is None else _medium(document)

    async def change(
        self, brand_id: str, before: Media, changes: Mapping[str, Any]
    ) -> Media | None:
        """Sets these fields, unless the medium's state or attempt is another by now: then None."""
        known = {"brand_id": brand_id, "_id": before.id, "gone": None}
        unchanged = {"state": before.state, "attempts": before.attempts}
        document = await self._media.find_one_and_update(
            known | unchanged, {"$set": dict(changes)}, return_document=ReturnDocument.AFTER
        )
        return None if document is None else _medium(document)

    async def hold(self, brand_id: str, media_ids: Sequence[str], holder_id: str) -> None:
        """Notes what uses these media; they no longer expire."""
        wanted = {"brand_id": brand_id, "_id": {"$in": list(media_ids)}}
        held = {"holder_id": holder_id, "expires_at": None}
        await self._media.update_many(wanted, {"$set": held})

    async def release(
        self, brand_id: str, holder_id: str, media_ids: Sequence[str], expires_at: datetime
    ) -> None:
        """Notes that these are no longer used by this one; what it did not use is left alone."""
        wanted = {"brand_id": brand_id, "_id": {"$in": list(media_ids)}, "holder_id": holder_id}
        free = {"holder_id": None, "shown": False, "expires_at": expires_at}
        await self._media.update_many(wanted, {"$set": free})

    async def show(self, brand_id: str, holder_id: str, shown: bool) -> None:
        """Whether everybody may see what this one uses."""
        wanted = {"brand_id": brand_id, "holder_id": holder_id}
        await self._media.update_many(wanted, {"$set": {"shown": shown}})

    async def of_person(self, uploader_id: str, holder_ids: Sequence[str]) -> list[Media]:
        """All that somebody has sent in, at all brands, and all that these use."""
        wanted = [{"uploader_id": uploader_id}, {"holder_id": {"$in": list(holder_ids)}}]
        found = self._media.find({"$or": wanted, "gone": None})
        return [_medium(document) async for document in found]

    async def let_go(self, brand_id: str, media_id: str, now: datetime) -> None:
        """Has a medium go, whatever uses it; for erasing alone."""
        free = {"holder_id": None, "shown": False, "expires_at": now, "name": ""}
        await self._media.update_one({"brand_id": brand_id, "_id": media_id}, {"$set": free})

    async def drop_original(self, brand_id: str, media_id: str, now: datetime) -> None:
        """Has what was sent in go, but for what was made of it; for erasing alone."""
        bare = {"original": None, "name": "", "tidy_at": now}
        await self._media.update_one({"brand_id": brand_id, "_id": media_id}, {"$set": bare})

    async def to_check(self, now: datetime) -> tuple[int, datetime | None]:
        """How many media are due for their check, and since when the first of them is."""
        due = {"check_at": {"$lte": now}}
        first = await self._media.find_one(due, {"check_at": True}, sort=[("check_at", ASCENDING)])
        count = await self._media.count_documents(due)
        return count, None if first is None else first["check_at"]

    async def claim_check(self, now: datetime, until: datetime) -> Media | None:
        """The next medium to check, as the caller's until then; each claim is an attempt."""
        # What is no number counts as none: MongoDB would add nothing to it, and no claim pass it.
        counted = {"$cond": [{"$isNumber": "$attempts"}, {"$add": ["$attempts", 1]}, 1]}
        claimed = {"check_at": until, "attempts": counted}
        while document := await self._media.find_one_and_update(
            {"check_at": {"$lte": now}},
            [{"$set": claimed}],
            sort=[("check_at", ASCENDING)],
            return_document=ReturnDocument.AFTER,
        ):
            media = _readable(document)
            if media is not None:
                return media
        return None

    async def find_expired(self, now: datetime, until: datetime, limit: int) -> list[Media]:
        """Media that nobody can use any more, marked so that nobody does from now on."""
        expired = {"expires_at": {"$lt": now}}
        ids = [d["_id"] async for d in self._media.find(expired, {"_id": True}).limit(limit)]
        gone = {"$set": {"gone": True, "check_at": None}}
        await self._media.update_many(expired | {"_id": {"$in": ids}}, gone)
        return await self._due("expires_at", {"_id": {"$in": ids}, "gone": True}, until, limit)

    async def forget(self, brand_id: str, media_id: str) -> None:
        """Deletes a medium that has expired and whose files are deleted."""
        await self._media.delete_one({"brand_id": brand_id, "_id": media_id, "gone": True})

    async def find_untidy(self, now: datetime, until: datetime, limit: int) -> list[Media]:
        """Media that were checked, and may have files that are of no more use."""
        untidy = {"tidy_at": {"$lte": now}, "gone": None}
        return await self._due("tidy_at", untidy, until, limit)

    async def mark_tidy(self, media: Sequence[Media]) -> None:
        """Notes that these have no files but those in use; whose original went since has more."""
        tidy: Document = {"$set": {"tidy_at": None, "pieces": []}}
        marks = [
            UpdateOne({"brand_id": m.brand_id, "_id": m.id, "original": m.original}, tidy)
            for m in media
        ]
        if marks:
            await self._media.bulk_write(marks, ordered=False)

    async def _due(self, queue: str, wanted: Document, until: datetime, limit: int) -> list[Media]:
        found = [(d["_id"], _readable(d)) async for d in self._media.find(wanted).limit(limit)]
        unread = [media_id for media_id, media in found if media is None]
        if unread:
            await self._media.update_many({"_id": {"$in": unread}}, {"$set": {queue: until}})
        return [media for _, media in found if media is not None]


def _not_expired(now: datetime) -> Document:
    return {"gone": None, "$or": [{"expires_at": None}, {"expires_at": {"$gte": now}}]}


def _document(brand_id: str, media: Media) -> Document:
    document = asdict(media) | {"brand_id": brand_id}
    document["_id"] = document.pop("id")
    return document


def _medium(document: Document) -> Media:
    return _MEDIA.validate_python({**document, "id": document["_id"]})


def _readable(document: Document) -> Media | None:
    try:
        return _medium(document)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        # A traceback would tell what stands in the fields, a person's names among it.
        log.error("medium unreadable", media=document["_id"], faults=faults)  # noqa: TRY400
        return None
