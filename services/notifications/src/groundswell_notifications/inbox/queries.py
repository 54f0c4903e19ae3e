"""What a person can read of their messages."""

from dataclasses import dataclass

from groundswell_notifications.messages.rules import Message
from groundswell_notifications.messages.store import MessageStore


@dataclass(frozen=True, slots=True)
class InboxQueries:
    """Reads only."""

    messages: MessageStore

    async def page(self, person_id: str, before: str | None, limit: int) -> list[Message]:
        """The person's messages, newest first, from those before the message `before`."""
        return await self.messages.page(person_id, before, limit)

    async def unread(self, person_id: str) -> int:
        """How many of the person's messages are not read."""
        return await self.messages.unread(person_id)
