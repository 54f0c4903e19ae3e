"""HTTP shapes of discussions."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from groundswell_ideas.discussion.rules import Comment, Kind, Status
from groundswell_ideas.shapes import PLAIN, Answer, Id, Request

CommentText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000),
    *PLAIN,
    Field(examples=["Would it float?"]),
]


class NewComment(Request):
    """A comment on an idea; with `parent_id` a reply to one, which takes no replies itself."""

    text: CommentText
    kind: Kind = "comment"
    parent_id: Id | None = None


class EditedComment(Request):
    """What a comment says instead."""

    text: CommentText


class CommentAnswer(Answer):
    """A comment. Where `text` is null it is a stone: it was deleted, turned down, or is held.

    `by_staff` marks what the brand says. `reason` is for the author of what was turned down.
    """

    id: Annotated[str, Field(examples=["com_01jd5w0h3v8m6q2y9k4r7t1xzp"])]
    idea_id: str
    parent_id: str | None
    kind: Kind
    author_id: str | None
    by_staff: bool
    text: str | None
    status: Status
    reason_code: str | None
    reason: str | None
    posted_at: datetime
    edited_at: datetime | None

    @classmethod
    def of(cls, comment: Comment) -> Self:
        """The answer that shows this comment."""
        return cls(
            id=comment.id,
            idea_id=comment.idea_id,
            parent_id=comment.parent_id,
            kind=comment.kind,
            author_id=comment.author_id or None,
            by_staff=comment.by_staff,
            text=comment.text,
            status=comment.status,
            reason_code=comment.why.code,
            reason=comment.why.words,
            posted_at=comment.posted_at,
            edited_at=comment.edited_at,
        )


class CommentPage(Answer):
    """A discussion as it came, each reply behind what it answers. `next` is the next page's cursor.

    A reply may be the first of a page: its thread began on the page before.
    """

    items: list[CommentAnswer]
    next: str | None
