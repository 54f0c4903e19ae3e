"""Comments in MongoDB."""

from collections.abc import Sequence
from dataclasses import asdict

from pydantic import TypeAdapter
from pymongo import ASCENDING, ReplaceOne
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_ideas.discussion.rules import Comment, Kind
from groundswell_kit.mongo import Document

_COMMENT = TypeAdapter(Comment)


class CommentStore:
    """The comments on all ideas. Commands on several stores run in a transaction of `client`."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.client = database.client
        self._comments = database["comments"]

    async def ensure_indexes(self) -> None:
        """Makes the collection's indexes; a repeat changes nothing."""
        shown = [("brand_id", ASCENDING), ("idea_id", ASCENDING), ("shown", ASCENDING)]
        await self._comments.create_index([*shown, ("place", ASCENDING)])
        await self._comments.create_index([*shown, ("about", ASCENDING), ("place", ASCENDING)])
        await self._comments.create_index("author_id")

    async def add(self, brand_id: str, comment: Comment) -> None:
        """Stores a new comment."""
        await self._comments.insert_one(_document(brand_id, comment))

    async def save(self, brand_id: str, comment: Comment) -> None:
        """Stores the changed state of a comment that was read in this transaction."""
        known = {"brand_id": brand_id, "_id": comment.id}
        await self._comments.replace_one(known, _document(brand_id, comment))

    async def save_all(self, brand_id: str, comments: Sequence[Comment]) -> None:
        """Stores the changed states of comments that were read in this transaction."""
        changes = [
            ReplaceOne({"brand_id": brand_id, "_id": comment.id}, _document(brand_id, comment))
            for comment in comments
        ]
        if changes:
            await self._comments.bulk_write(changes)

    async def find_public(self, comment_id: str) -> Comment | None:
        """A comment of any brand, whatever became of it: the caller decides who may see it."""
        document = await self._comments.find_one({"_id": comment_id})
        return None if document is None else _comment(document)

    async def find(self, brand_id: str, comment_ids: Sequence[str]) -> dict[str, Comment]:
        """Those of the comments that are the brand's, by their id."""
        wanted = {"brand_id": brand_id, "_id": {"$in": list(comment_ids)}}
        return {d["_id"]: _comment(d) async for d in self._comments.find(wanted)}

    async def by_author(self, author_id: str) -> list[Comment]:
        """All that somebody has said as a participant, at all brands, and not taken back."""
        said = {"author_id": author_id, "by_staff": False, "status": {"$ne": "deleted"}}
        return [_comment(document) async for document in self._comments.find(said)]

    async def page(
        self, brand_id: str, idea_id: str, about: Kind | None, after: Comment | None, limit: int
    ) -> list[Comment]:
        """What has a place under an idea, replies behind what they answer, after a comment."""
        found = self._comments.find(self.shown(brand_id, idea_id, about, after))
        ordered = found.sort("place", ASCENDING).limit(limit)
        return [_comment(document) async for document in ordered]

    def shown(
        self, brand_id: str, idea_id: str, about: Kind | None, after: Comment | None
    ) -> Document:
        """The query of `page`, which an index answers."""
        wanted: Document = {"brand_id": brand_id, "idea_id": idea_id, "shown": True}
        if about is not None:
            wanted["about"] = about
        if after is not None:
            wanted["place"] = {"$gt": after.place}
        return wanted


def _document(brand_id: str, comment: Comment) -> Document:
    document = asdict(comment) | {"brand_id": brand_id, "place": comment.place}
    document["_id"] = document.pop("id")
    return document


def _comment(document: Document) -> Comment:
    return _COMMENT.validate_python({**document, "id": document["_id"]})
