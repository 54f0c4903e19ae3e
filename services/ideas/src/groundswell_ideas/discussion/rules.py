"""What a comment is, who sees it, and when it can be changed. Pure; called by the commands."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from groundswell_ideas.audit.rules import UNSAID, Subject, Why
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.quotas.rules import Quota
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.terms.rules import Obstacle

Kind = Literal["comment", "question", "opinion"]
Status = Literal["held", "published", "rejected", "deleted"]

EDITING = timedelta(minutes=15)
"""How long a comment can be edited: answers to it go on saying what they were about."""

COMMENTS = Quota("comments", 60, timedelta(hours=1))
"""What a person may write at a brand: more than anybody types, less than a flood."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Whoever writes: a participant, or staff of the brand `staff_of`."""

    id: str
    staff_of: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """A comment on an idea, or a reply to one; threads are one level deep.

    `about` is the kind of the comment that the thread began with. `shown` tells that it was public
    once: from then on it has its place in the thread, as a stone when it says nothing any more.
    What was deleted has no text.
    """

    brand_id: str
    contest_id: str
    idea_id: str
    id: str
    parent_id: str | None = None
    kind: Kind
    about: Kind
    author_id: str
    by_staff: bool = False
    text: str | None
    status: Status
    shown: bool = False
    why: Why = UNSAID
    posted_at: datetime
    edited_at: datetime | None = None
    decided_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def place(self) -> str:
        """Where it stands among those of its idea: behind its parent, as they came."""
        return self.id if self.parent_id is None else f"{self.parent_id}/{self.id}"

    @property
    def subject(self) -> Subject:
        """It, as moderation and its trail know it."""
        return Subject(self.brand_id, self.contest_id, "comment", self.id)


def may_read(comment: Comment, staff_of: str | None, subject: str | None) -> bool:
    """Whether somebody may read what it says: everybody, or its author and the brand alone."""
    if comment.status == "published":
        return True
    return comment.brand_id == staff_of or comment.author_id == subject


def for_reader(comment: Comment, staff_of: str | None, subject: str | None) -> Comment:
    """The comment as somebody sees it: a stone has neither author nor text.

    The reason of a decision is for its author and the brand.
    """
    if comment.status == "deleted" or not may_read(comment, staff_of, subject):
        return replace(comment, author_id="", text=None, why=UNSAID)
    concerned = comment.brand_id == staff_of or comment.author_id == subject
    return comment if concerned else replace(comment, why=UNSAID)


def obstacles_to_commenting(contest: Contest, idea: Idea) -> list[Obstacle]:
    """What keeps people from commenting on an idea."""
    if idea.status != "approved":
        return [Obstacle("status", "status", "only approved ideas are discussed")]
    if contest.phase == "closed":
        return [Obstacle("phase", "phase", "nothing is discussed once a contest is closed")]
    return []


def obstacles_to_replying(idea: Idea, parent: Comment | None) -> list[Obstacle]:
    """What keeps a comment from being a reply to another one; None: there is none."""
    field = "body.parent_id"
    if parent is None or parent.idea_id != idea.id or not parent.shown:
        return [Obstacle(field, "unknown", "no comment on this idea")]
    if parent.parent_id is not None:
        return [Obstacle(field, "depth", "a reply takes no replies: reply to what it answers")]
    if parent.status != "published":
        return [Obstacle(field, "gone", "what was taken away takes no replies")]
    return []


def obstacles_to_editing(comment: Comment, now: datetime) -> list[Obstacle]:
    """What keeps the author from editing it."""
    if comment.status not in ("published", "held"):
        return [Obstacle("status", "final", f"the comment is {comment.status}")]
    if now >= comment.posted_at + EDITING:
        minutes = EDITING // timedelta(minutes=1)
        message = f"a comment can be edited for {minutes} minutes"
        return [Obstacle("posted_at", "past", message)]
    return []


def waits(contest: Contest, speaker: Speaker, *, held: bool) -> bool:
    """Whether a comment waits for an editor; `held` is what screening says.

    What staff write does not.
    """
    if speaker.staff_of is not None:
        return False
    return held or contest.terms.moderation == "before_publication"


def edited(comment: Comment, text: str, *, waiting: bool, at: datetime) -> Comment:
    """The comment with another text; one that waits goes on waiting."""
    status: Status = "held" if waiting or comment.status == "held" else "published"
    return replace(comment, text=text, status=status, edited_at=at)


def deleted(comment: Comment, at: datetime) -> Comment:
    """What is left of a comment: a stone."""
    return replace(comment, text=None, status="deleted", deleted_at=at)


def held(comment: Comment) -> Comment:
    """The comment while an editor looks at it again."""
    return replace(comment, status="held")


def decided(comment: Comment, *, approved: bool, why: Why, at: datetime) -> Comment:
    """The comment after an editor's decision."""
    return replace(
        comment,
        status="published" if approved else "rejected",
        shown=comment.shown or approved,
        why=why,
        decided_at=at,
    )
