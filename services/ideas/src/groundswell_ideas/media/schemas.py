"""HTTP shapes of media, for all that use them."""

from collections.abc import Mapping
from typing import Self

from groundswell_ideas.media.rules import Kind, Media
from groundswell_ideas.shapes import Answer


class PictureAnswer(Answer):
    """A picture made of the one that was sent in: webp or JPEG, without metadata."""

    url: str
    width: int
    height: int


class MediaAnswer(Answer):
    """A medium that is ready. Only pictures have `renditions`; `original` is not for everybody."""

    id: str
    kind: Kind
    content_type: str
    bytes: int
    width: int | None
    height: int | None
    renditions: Mapping[str, PictureAnswer]
    original: str

    @classmethod
    def of(cls, media: Media) -> Self:
        """What readers are told of a medium; its name stays with who sent it."""
        path = f"/v1/media/{media.id}"
        return cls(
            id=media.id,
            kind=media.kind,
            content_type=media.content_type,
            bytes=media.bytes,
            width=media.width,
            height=media.height,
            renditions={
                r.name: PictureAnswer(url=f"{path}/{r.name}", width=r.width, height=r.height)
                for r in media.renditions
            },
            original=f"{path}/original",
        )
