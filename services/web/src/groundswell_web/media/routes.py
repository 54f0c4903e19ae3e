"""The pictures that people sent in, handed on from the ideas service."""

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request, Response

from groundswell_web.answers import Away, Service
from groundswell_web.services import Call, Services
from groundswell_web.sessions.visitors import AnyVisitor, Id

PICTURE_TYPES = frozenset({"image/jpeg", "image/webp"})
# What goes on to the browser; the other headers are said by this site.
_HANDED_ON = ("ETag", "Cache-Control")
_ETAG_CHARACTERS = 1_000
# It may be public, and here, a moment later.
_NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class MediaRoutes:
    """Mounted by `app`: the policy of the pages lets them show this site's own pictures alone."""

    services: Services

    def router(self) -> APIRouter:
        """The route of pictures."""
        router = APIRouter()
        router.get("/media/{media_id}/{rendition}")(self.show_picture)
        return router

    async def show_picture(
        self,
        request: Request,
        media_id: Id,
        rendition: Literal["small", "medium", "large"],
        visitor: AnyVisitor,
    ) -> Response:
        """A picture, if the visitor may see it: public ones, and their own."""
        call = Call(
            service=Service.IDEAS,
            method="GET",
            path=f"/v1/media/{media_id}/{rendition}",
            token=None if visitor.person is None else visitor.person.token,
            more_headers=_known(request),
        )
        try:
            found = await self.services.fetch(call)
        except Away as away:
            headers = _NOT_KEPT | {"Retry-After": str(away.retry_after)}
            return Response(status_code=503, headers=headers)
        headers = {name: found.headers[name] for name in _HANDED_ON if name in found.headers}
        if found.status == 304:
            return Response(status_code=304, headers=headers)
        content_type = found.headers.get("Content-Type")
        if found.status != 200 or content_type not in PICTURE_TYPES:
            return Response(status_code=404, headers=_NOT_KEPT)
        return Response(found.body, headers=headers, media_type=content_type)


def _known(request: Request) -> dict[str, str]:
    etag = request.headers.get("if-none-match")
    return {} if etag is None else {"If-None-Match": etag[:_ETAG_CHARACTERS]}
