"""What notifications says of messages."""

from datetime import datetime

from groundswell_web.answers import Shape


class Message(Shape):
    """A message to a person; `link` leads to a page of this site."""

    id: str
    kind: str
    subject: str
    text: str
    link: str
    created_at: datetime
    read_at: datetime | None = None
    email: str = ""


class MessagePage(Shape):
    """Messages, newest first. `next` is the cursor of the following page, if any."""

    items: list[Message]
    next: str | None = None
    unread: int = 0


class Unsubscribed(Shape):
    """What was ended; `kind` is the kind of message."""

    kind: str = ""
