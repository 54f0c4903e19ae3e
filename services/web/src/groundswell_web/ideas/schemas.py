"""What the ideas service says about an idea: its timeline, its card, the discussion, appeals."""

from datetime import datetime

from groundswell_web.answers import Shape


class Moment(Shape):
    """Something that happened to an idea; of the facts beside its `kind` most say nothing."""

    at: datetime
    kind: str
    revision: int | None = None
    idea_id: str | None = None
    region: str | None = None
    step: int | None = None
    votes: int | None = None
    rank: int | None = None
    outcome: str | None = None


class Timeline(Shape):
    """What happened to an idea, the oldest first; `complete` unless older moments are left out."""

    items: tuple[Moment, ...] = ()
    complete: bool = True


class Tag(Shape):
    """A tag in the head of a page, from which others make a preview of it."""

    attribute: str
    name: str
    content: str


class Card(Shape):
    """How an idea is shown where its link is shared."""

    link: str
    tags: tuple[Tag, ...] = ()


class ShareLink(Shape):
    """The link by which a person shares an idea."""

    link: str


class Comment(Shape):
    """A comment. Without a text it is a stone: taken back, turned down, or held."""

    id: str
    idea_id: str
    parent_id: str | None = None
    kind: str
    author_id: str | None = None
    by_staff: bool = False
    text: str | None = None
    status: str
    posted_at: datetime
    edited_at: datetime | None = None


class CommentPage(Shape):
    """A discussion as it came, each reply behind what it answers."""

    items: tuple[Comment, ...] = ()
    next: str | None = None


class Reason(Shape):
    """What may be wrong with an idea or a comment, in the words of the catalogue."""

    code: str
    about: list[str]
    reportable: bool
    needs_words: bool
    words: str


class ReasonList(Shape):
    """All reasons that there are."""

    items: list[Reason]


class Appeal(Shape):
    """What the author of an idea had to say against a decision, and what came of it."""

    words: str
    appealed_at: datetime
    outcome: str | None = None
    reason: str | None = None
    answered_at: datetime | None = None
