"""HTTP shapes of the inbox."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from groundswell_notifications.audience.rules import Kind
from groundswell_notifications.messages.rules import MailState, Message


class MessageAnswer(BaseModel):
    """A message: its words, the page it points to, and what became of the mail that brings it.

    `email` is `due` while the mail waits to be sent, `not_wanted` when its kind was turned off.
    """

    model_config = ConfigDict(frozen=True)

    id: Annotated[str, Field(examples=["msg_019aa5b1c2d3e4f5a6b7c8d9eaf0b1c2d3e4"])]
    kind: Kind
    contest_id: str
    idea_id: str | None
    subject: Annotated[str, Field(examples=["Your idea “RRS Boaty McBoatface” was approved"])]
    text: str
    link: Annotated[str, Field(examples=["https://groundswell.example/ideas/idea_01"])]
    created_at: datetime
    read_at: datetime | None
    email: MailState

    @classmethod
    def of(cls, message: Message, public_url: str) -> "MessageAnswer":
        """The shape of a message; links lead to `public_url`, which ends without a slash."""
        return cls(
            id=message.id,
            kind=message.kind,
            contest_id=message.contest_id,
            idea_id=message.idea_id,
            subject=message.subject,
            text=message.text,
            link=public_url + message.path,
            created_at=message.created_at,
            read_at=message.read_at,
            email=message.mail,
        )


class InboxPage(BaseModel):
    """Messages, newest first. `next` is the cursor of the following page, if any."""

    model_config = ConfigDict(frozen=True)

    items: list[MessageAnswer]
    next: str | None
    unread: Annotated[int, Field(description="How many of all messages are not read.")]
