"""Polls in MongoDB."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC
from typing import Any

from pymongo import ReturnDocument
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_kit.mongo import Document
from groundswell_voting.polls.rules import Poll, PollStage


class PollStore:
    """Polls by brand. Changes of a poll's stage say which stage they start from."""

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
            {
                "brand_id": brand_id,
                "contest_id": contest_id,
                "stage": {"$in": [PollStage.PLANNED, PollStage.OPENED, PollStage.OPEN]},
            },
            {"$set": {"close_requested": True}},
        )

    async def find_public(self, poll_id: str) -> Poll | None:
        """A poll by its id alone, for public pages and passes."""
        found = await self._polls.find_one({"_id": poll_id})
        return None if found is None else _poll(found)

    async def unfinished_of_all_brands(self) -> AsyncIterator[Poll]:
        """Every poll that is not retired; for the state machine, which serves all brands."""
        async for document in self._polls.find({"stage": {"$ne": PollStage.RETIRED}}):
            yield _poll(document)

    async def change(self, poll: Poll, **changes: Any) -> Poll | None:
        """Apply changes if the poll still is in the stage given; the poll after, else None."""
        found = await self._polls.find_one_and_update(
            {"_id": poll.poll_id, "brand_id": poll.brand_id, "stage": poll.stage},
            {"$set": changes},
            return_document=ReturnDocument.AFTER,
        )
        return None if found is None else _poll(found)


def _document(poll: Poll) -> Document:
    document = asdict(poll)
    document["_id"] = document.pop("poll_id")
    document["idea_ids"] = list(poll.idea_ids)
    return document


def _poll(document: Document) -> Poll:
    fields = dict(document)
    fields["poll_id"] = fields.pop("_id")
    fields["idea_ids"] = tuple(fields["idea_ids"])
    fields["stage"] = PollStage(fields["stage"])
    fields["closes_at"] = fields["closes_at"].astimezone(UTC)
    return Poll(**fields)
