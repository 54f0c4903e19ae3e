"""HTTP of media: the pictures that everybody sees, and the originals for those who may."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Header, Response
from fastapi.responses import StreamingResponse

from groundswell_ideas.media.files import FileMissing
from groundswell_ideas.media.queries import MediaQueries
from groundswell_ideas.media.rules import EXTENSIONS, Media, Rendition
from groundswell_kit.access import AnyReader
from groundswell_kit.problems import not_found

# A picture that is taken from the public again is in no cache after a day.
_SHOWN = "public, max-age=86400, immutable"
_NOT_SHOWN = "private, no-cache"

# Whatever a browser makes of the bytes: it guesses no type, and runs and loads nothing.
_HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", max_length=1000)]


@dataclass(frozen=True, slots=True)
class MediaRoutes:
    """Mounted by `app`."""

    queries: MediaQueries

    def router(self) -> APIRouter:
        """The route of media."""
        router = APIRouter(prefix="/v1/media", tags=["media"])
        router.get("/{media_id}/{rendition}", response_class=Response)(self.get_media)
        return router

    async def get_media(
        self, media_id: str, rendition: str, reader: AnyReader, if_none_match: IfNoneMatch = None
    ) -> Response:
        """A picture in one of its sizes; or the original, for who sent it and the brand's staff.

        Pictures are for everybody once what they belong to is public.
        """
        media, found = await self.queries.rendition(
            media_id, rendition, reader.subject, reader.staff_of
        )
        headers = _headers(media, found)
        if if_none_match is not None and _names(if_none_match, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        parts = self.queries.content(found)
        try:
            first = await anext(parts)
        except (FileMissing, StopAsyncIteration) as error:
            raise not_found("There is no such picture or file.") from error
        headers["Content-Length"] = str(found.bytes)
        return StreamingResponse(
            _chained(first, parts), headers=headers, media_type=found.content_type
        )


async def _chained(first: bytes, parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in parts:
        yield part


def _names(if_none_match: str, etag: str) -> bool:
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


def _headers(media: Media, rendition: Rendition) -> dict[str, str]:
    is_original = rendition.name == "original"
    shown = media.shown and not is_original
    extension = EXTENSIONS[rendition.content_type]
    # Named by our id: what the sender called it goes nowhere where programs look at it.
    name = f'filename="{media.id}-{rendition.name}{extension}"'
    return {
        "ETag": f'"{rendition.sha256[:32]}"',
        "Cache-Control": _SHOWN if shown else _NOT_SHOWN,
        "Content-Disposition": f"{'attachment' if is_original else 'inline'}; {name}",
        **_HARMLESS,
    }
