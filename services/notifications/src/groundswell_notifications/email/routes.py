"""HTTP of ending mails by the link that stands in each of them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path

from groundswell_kit.problems import not_found
from groundswell_notifications.audience.commands import AudienceCommands
from groundswell_notifications.email.rules import read_unsubscribe_token
from groundswell_notifications.email.schemas import EndedMails

Token = Annotated[str, Path(max_length=600)]


@dataclass(frozen=True, slots=True)
class UnsubscribeRoutes:
    """Mounted by `app`; `link_key` is what the links are signed with."""

    audience: AudienceCommands
    link_key: bytes

    def router(self) -> APIRouter:
        """The one route of the links."""
        router = APIRouter(prefix="/v1/unsubscribes", tags=["unsubscribes"])
        router.post("/{token}")(self.unsubscribe)
        return router

    async def unsubscribe(self, token: Token) -> EndedMails:
        """End the mails of one kind; the link is all that it takes. A repeat changes nothing."""
        mails = read_unsubscribe_token(token, self.link_key)
        if mails is None:
            raise not_found("This link is not one of ours, or not a whole one.")
        await self.audience.end_mail(mails.person_id, mails.kind)
        return EndedMails(kind=mails.kind)
