"""Events of ideas: published by the ideas service; `participant_id` is who handed the idea in."""

from typing import ClassVar

from groundswell_contracts.event import Event
from groundswell_contracts.topics import IDEAS, Topic


class IdeaSubmitted(Event):
    """A participant handed in an idea; it waits for moderation."""

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    summary: str


class IdeaApproved(Event):
    """An editor let an idea into the contest; it is public from now on."""

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    reason: str | None = None


class IdeaRejected(Event):
    """An editor turned an idea down, with the reason that its author reads."""

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
    reason: str


class IdeaShortlisted(Event):
    """The brand put an idea on the shortlist that the crowd will vote on."""

    topic: ClassVar[Topic] = IDEAS
    key_field: ClassVar[str] = "idea_id"

    idea_id: str
    contest_id: str
    participant_id: str
    title: str
