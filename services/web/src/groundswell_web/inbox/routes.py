"""Pages of the inbox, and of the link in each mail that ends mails of its kind."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from groundswell_web.account.schemas import KINDS
from groundswell_web.answers import Service
from groundswell_web.inbox.schemas import Message, MessagePage, Unsubscribed
from groundswell_web.pages import Pages
from groundswell_web.services import Call, Services
from groundswell_web.sessions.rules import own_path
from groundswell_web.sessions.visitors import AnyVisitor, Id, OwnSite, SignedForm, SignedIn

Cursor = Annotated[str | None, Query(max_length=500)]
LinkToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-][A-Za-z0-9_.=~-]{0,999}$")]


@dataclass(frozen=True, slots=True)
class InboxRoutes:
    """Mounted by `app`; `public_url` is where the links of messages lead."""

    services: Services
    pages: Pages
    public_url: str

    def router(self) -> APIRouter:
        """All routes of messages."""
        router = APIRouter()
        router.get("/inbox")(self.show_inbox)
        router.post("/inbox/{message_id}/read", dependencies=[OwnSite])(self.mark_read)
        router.get("/unsubscribe/{token}")(self.show_unsubscribe)
        # Mail programs send this with one click, from no page and without a session; the signed
        # token says whose mails of which kind end, and can do nothing else.
        router.post("/unsubscribe/{token}")(self.unsubscribe)
        return router

    async def show_inbox(
        self, request: Request, person: SignedIn, cursor: Cursor = None
    ) -> Response:
        """The messages, newest first."""
        query = {"limit": "20"} | ({} if cursor is None else {"cursor": cursor})
        page = await self.services.get(
            Service.NOTIFICATIONS, "/v1/inbox", MessagePage, token=person.token, query=query
        )
        links = {message.id: self._path(message) for message in page.items}
        return self.pages.show("inbox.html", request, page=page, links=links)

    async def mark_read(self, message_id: Id, form: SignedForm) -> Response:
        """Notes that a message was read, and goes where it points."""
        call = Call(
            service=Service.NOTIFICATIONS,
            method="POST",
            path=f"/v1/inbox/{message_id}/read",
            token=form.person.token,
            repeatable=True,
        )
        message = await self.services.send(call, Message)
        to_message = form.get("open") == "yes"
        return RedirectResponse((to_message and self._path(message)) or "/inbox", 303)

    async def show_unsubscribe(self, request: Request, _: AnyVisitor, token: LinkToken) -> Response:
        """Asks before it ends anything: programs that look into mails open links too."""
        return self.pages.show("unsubscribe.html", request, done=None, token=token)

    async def unsubscribe(self, request: Request, _: AnyVisitor, token: LinkToken) -> Response:
        """Ends the mails that the link came with."""
        call = Call(
            service=Service.NOTIFICATIONS,
            method="POST",
            path=f"/v1/unsubscribes/{token}",
            repeatable=True,
        )
        ended = await self.services.send(call, Unsubscribed)
        kind = KINDS.get(ended.kind, ended.kind)
        return self.pages.show("unsubscribe.html", request, done=kind or "these", token=token)

    def _path(self, message: Message) -> str:
        """Where a message points on this site; nowhere else is gone to."""
        return own_path(message.link.removeprefix(self.public_url), otherwise="")
