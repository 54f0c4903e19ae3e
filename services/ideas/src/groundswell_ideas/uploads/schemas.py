"""HTTP shapes of uploads."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from groundswell_ideas.media.rules import TYPES, Media, State
from groundswell_ideas.media.schemas import MediaAnswer
from groundswell_ideas.shapes import Answer, Id, Request
from groundswell_ideas.uploads.problems import MEDIA_REFUSED
from groundswell_ideas.uploads.rules import MAX_PIECE_BYTES, MIN_PIECE_BYTES


class NewUpload(Request):
    """What is going to be sent in; `name` is for the sender to know it by, and nothing else."""

    contest_id: Id
    name: Annotated[
        str, StringConstraints(min_length=1, max_length=200), Field(examples=["sketch.jpg"])
    ]
    bytes: Annotated[int, Field(ge=1, examples=[2_400_000])]
    content_type: Annotated[
        str,
        StringConstraints(max_length=100),
        Field(examples=["image/jpeg"], json_schema_extra={"enum": list(TYPES)}),
    ]


class PieceSizes(Answer):
    """How many bytes a piece may have; the last one may have fewer."""

    minimum: int = MIN_PIECE_BYTES
    maximum: int = MAX_PIECE_BYTES


class RefusalAnswer(Answer):
    """Why the content was not taken; `rule` is for programs."""

    type: str = MEDIA_REFUSED.uri
    rule: str
    message: str


class UploadAnswer(Answer):
    """An upload. It is `ready` when it was checked, and then has its `media`.

    `url` takes the bytes: by PATCH in pieces, or whole by one PUT with `headers`; a signed address
    is told only once. `offset` is how many bytes have arrived in pieces.
    """

    upload_id: str
    contest_id: str
    name: str
    content_type: str
    bytes: int
    state: State
    method: Literal["PATCH", "PUT"]
    url: str | None
    headers: Mapping[str, str]
    offset: int
    piece_bytes: PieceSizes | None
    expires_at: datetime | None
    refused: RefusalAnswer | None
    media: MediaAnswer | None

    @classmethod
    def of(
        cls, media: Media, signed: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Self:
        """The upload as its owner sees it; `signed` is the address past us, for who began it."""
        refusal = media.refusal
        return cls(
            upload_id=media.id,
            contest_id=media.contest_id,
            name=media.name,
            content_type=media.content_type,
            bytes=media.bytes,
            state=media.state,
            method="PUT" if media.signed else "PATCH",
            url=signed if media.signed else upload_url(media.id),
            headers=headers or {},
            offset=media.received,
            piece_bytes=None if media.signed else PieceSizes(),
            expires_at=media.expires_at,
            refused=refusal and RefusalAnswer(rule=refusal.rule, message=refusal.message),
            media=MediaAnswer.of(media) if media.state == "ready" else None,
        )


def upload_url(upload_id: str) -> str:
    """Where an upload is read and added to."""
    return f"/v1/uploads/{upload_id}"
