"""What a person can do with their messages: read them."""

from dataclasses import dataclass

from groundswell_kit.clock import utc_now
from groundswell_kit.problems import not_found
from groundswell_notifications.messages.rules import Message
from groundswell_notifications.messages.store import MessageStore


@dataclass(frozen=True, slots=True)
class InboxCommands:
    """One verb, safe to repeat."""

    messages: MessageStore

    async def mark_read(self, person_id: str, message_id: str) -> Message:
        """Notes when the person first read a message. Not found when it is somebody else's."""
        message = await self.messages.mark_read(person_id, message_id, utc_now())
        if message is None:
            raise not_found("There is no such message in your inbox.")
        return message
