"""HTTP of uploads: begin, send pieces, ask how far it is, complete, give up.

HEAD and PATCH are those of the tus protocol 1.0.0, without its extensions but for `expiration`.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from groundswell_ideas.media.files import Files
from groundswell_ideas.media.queries import MediaQueries
from groundswell_ideas.media.rules import Media, incoming
from groundswell_ideas.uploads.commands import UploadCommands, Uploader
from groundswell_ideas.uploads.problems import NOT_PIECES, TOO_SLOW
from groundswell_ideas.uploads.rules import SIGNED_FOR
from groundswell_ideas.uploads.schemas import NewUpload, UploadAnswer, upload_url
from groundswell_kit.access import STAFF_ROLES
from groundswell_kit.auth import Actor
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, require, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.problems import FieldError, Problem, forbidden, validation

PIECE_TYPE = "application/offset+octet-stream"
PIECE_SECONDS = 60.0
_TUS = {"Tus-Resumable": "1.0.0", "Cache-Control": "no-store"}

_PIECE_BODY = {
    "requestBody": {
        "required": True,
        "content": {PIECE_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


def _uploader(
    actor: Annotated[Actor, Depends(require("participant", "editor", "manager"))],
) -> Uploader:
    if "participant" in actor.roles:
        works = not actor.roles.isdisjoint(STAFF_ROLES)
        return Uploader(actor.subject, None, actor.brand_id if works else None)
    if actor.brand_id is None:
        raise forbidden("This needs the token of a participant or of a brand's staff.")
    return Uploader(actor.subject, actor.brand_id)


AnyUploader = Annotated[Uploader, Depends(_uploader)]
"""A participant, or an editor or manager who takes part for others."""

UploadOffset = Annotated[int | None, Header(alias="Upload-Offset", ge=0, le=2**40)]


@dataclass(frozen=True, slots=True)
class UploadRoutes:
    """Mounted by `app`."""

    commands: UploadCommands
    queries: MediaQueries
    files: Files
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of uploads."""
        router = APIRouter(prefix="/v1/uploads", tags=["uploads"])
        one = "/{upload_id}"
        router.post("", status_code=201, response_model=UploadAnswer)(self.begin_upload)
        router.get(one)(self.get_upload)
        router.head(one, status_code=200)(self.ask_offset)
        router.patch(one, status_code=204, openapi_extra=_PIECE_BODY)(self.append_piece)
        router.delete(one, status_code=204)(self.abandon_upload)
        router.post(one + "/complete", status_code=202)(self.complete_upload)
        return router

    async def begin_upload(
        self,
        uploader: AnyUploader,
        body: NewUpload,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Announce a file; the answer says where its bytes go, and how."""

        async def act() -> UploadAnswer:
            media = await self.commands.begin(
                uploader, body.contest_id, body.name, body.content_type, body.bytes
            )
            return await self._begun(media)

        scope = f"uploader {uploader.staff_of} {uploader.subject}"
        stored = await self.idempotency.run(key, scope, fingerprint, 201, act, _headers_of_new)
        return to_http(stored)

    async def _begun(self, media: Media) -> UploadAnswer:
        if not media.signed:
            return UploadAnswer.of(media)
        signed = await self.files.address_to_put(incoming(media), SIGNED_FOR)
        return UploadAnswer.of(media, signed, self.files.headers_to_put)

    async def get_upload(self, upload_id: str, uploader: AnyUploader) -> UploadAnswer:
        """How far an upload of yours is, and what became of it."""
        return UploadAnswer.of(await self._own(upload_id, uploader))

    async def ask_offset(self, upload_id: str, uploader: AnyUploader) -> Response:
        """How many bytes have arrived, in the header Upload-Offset: go on from there."""
        return Response(headers=_progress(await self._own(upload_id, uploader)))

    async def append_piece(
        self,
        upload_id: str,
        uploader: AnyUploader,
        request: Request,
        offset: UploadOffset = None,
    ) -> Response:
        """Send the piece that begins at Upload-Offset; the same piece again is taken as done."""
        media = await self._own(upload_id, uploader)
        if request.headers.get("content-type") != PIECE_TYPE:
            raise Problem(NOT_PIECES)
        if offset is None:
            missing = FieldError("header.upload-offset", "missing", "says where the piece begins")
            raise validation(missing)
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                content = await request.body()
        except TimeoutError as error:
            raise Problem(TOO_SLOW, headers={"Connection": "close"}) from error
        media = await self.commands.append(uploader, media, offset, content)
        return Response(status_code=204, headers=_progress(media))

    async def abandon_upload(self, upload_id: str, uploader: AnyUploader) -> None:
        """Give up an upload that is still open."""
        await self.commands.abandon(uploader, upload_id)

    async def complete_upload(self, upload_id: str, uploader: AnyUploader) -> UploadAnswer:
        """Say that all bytes are there. They are checked now: read the upload until it is ready."""
        return UploadAnswer.of(await self.commands.complete(uploader, upload_id))

    async def _own(self, upload_id: str, uploader: Uploader) -> Media:
        return await self.queries.upload(upload_id, uploader.subject, uploader.staff_of)


def _headers_of_new(upload: UploadAnswer) -> dict[str, str]:
    return {"Location": upload_url(upload.upload_id), "Upload-Offset": str(upload.offset)}


def _progress(media: Media) -> dict[str, str]:
    headers = _TUS | {"Upload-Offset": str(media.received), "Upload-Length": str(media.bytes)}
    if media.expires_at is not None:
        headers["Upload-Expires"] = f"{media.expires_at:%a, %d %b %Y %H:%M:%S GMT}"
    return headers
