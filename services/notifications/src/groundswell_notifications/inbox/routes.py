"""HTTP of the inbox: list, read."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_kit.paging import AskedPage
from groundswell_notifications.audience.routes import Recipient
from groundswell_notifications.inbox.commands import InboxCommands
from groundswell_notifications.inbox.queries import InboxQueries
from groundswell_notifications.inbox.schemas import InboxPage, MessageAnswer


@dataclass(frozen=True, slots=True)
class InboxRoutes:
    """Mounted by `app`; links lead to `public_url`, which ends without a slash."""

    commands: InboxCommands
    queries: InboxQueries
    public_url: str

    def router(self) -> APIRouter:
        """All routes of the inbox."""
        router = APIRouter(prefix="/v1/inbox", tags=["inbox"])
        router.get("")(self.list_messages)
        router.post("/{message_id}/read")(self.mark_read)
        return router

    async def list_messages(self, recipient: Recipient, page: AskedPage) -> InboxPage:
        """The caller's own messages, newest first."""
        found = await self.queries.page(recipient.subject, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return InboxPage(
            items=[MessageAnswer.of(message, self.public_url) for message in shown],
            next=cursor,
            unread=await self.queries.unread(recipient.subject),
        )

    async def mark_read(self, message_id: str, recipient: Recipient) -> MessageAnswer:
        """Note that the caller has read a message of theirs. A repeat keeps the first time."""
        message = await self.commands.mark_read(recipient.subject, message_id)
        return MessageAnswer.of(message, self.public_url)
