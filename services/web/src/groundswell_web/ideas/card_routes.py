"""The pictures by which an idea is shared, handed on from the ideas service."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from groundswell_web.answers import Away, Service
from groundswell_web.services import Call, Services
from groundswell_web.sessions.visitors import Id

_HANDED_ON = ("ETag", "Cache-Control", "Retry-After")
_ETAG_CHARACTERS = 1_000

Version = Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{0,100}$")]
Via = Annotated[str, Query(pattern=r"^[A-Za-z0-9_-]{0,40}$")]


@dataclass(frozen=True, slots=True)
class CardRoutes:
    """Mounted by `app`."""

    services: Services

    def router(self) -> APIRouter:
        """The routes of both pictures."""
        router = APIRouter()
        router.get("/ideas/{idea_id}/card.png")(self.show_card)
        router.get("/ideas/{idea_id}/qr.svg")(self.show_qr)
        return router

    async def show_card(self, request: Request, idea_id: Id, v: Version = "") -> Response:
        """What is shown where the link of the idea is shared."""
        query = {"v": v} if v else {}
        return await self._picture(request, f"/v1/ideas/{idea_id}/card.png", query, "image/png")

    async def show_qr(self, request: Request, idea_id: Id, via: Via = "") -> Response:
        """The link of the idea, for phones to read."""
        query = {"via": via} if via else {}
        return await self._picture(request, f"/v1/ideas/{idea_id}/qr.svg", query, "image/svg+xml")

    async def _picture(
        self, request: Request, path: str, query: dict[str, str], media_type: str
    ) -> Response:
        etag = request.headers.get("if-none-match")
        known = {} if etag is None else {"If-None-Match": etag[:_ETAG_CHARACTERS]}
        call = Call(service=Service.IDEAS, method="GET", path=path, query=query, more_headers=known)
        try:
            found = await self.services.fetch(call)
        except Away as away:
            return Response(status_code=503, headers={"Retry-After": str(away.retry_after)})
        headers = {name: found.headers[name] for name in _HANDED_ON if name in found.headers}
        if found.status != 200:
            status = found.status if found.status in (304, 503) else 404
            return Response(status_code=status, headers=headers)
        return Response(found.body, headers=headers, media_type=media_type)
