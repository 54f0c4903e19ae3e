"""What a medium is, from its first byte to its use, who may see it, and what may use it. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from groundswell_ideas.terms.rules import Obstacle

Kind = Literal["image", "video", "pdf"]
State = Literal["open", "checking", "ready", "refused"]

MIB = 1024 * 1024

TYPES: Mapping[str, Kind] = {
    "image/jpeg": "image",
    "image/png": "image",
    "image/webp": "image",
    "image/gif": "image",
    "video/mp4": "video",
    "video/quicktime": "video",
    "video/webm": "video",
    "application/pdf": "pdf",
}
"""The content types that are taken, and the kind of each."""

EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/webm": ".webm",
    "application/pdf": ".pdf",
}

MAX_BYTES: Mapping[Kind, int] = {"image": 20 * MIB, "video": 100 * MIB, "pdf": 20 * MIB}

UNUSED_FOR = timedelta(hours=24)
"""What nothing uses any more is kept for this long."""

RENDITIONS: Mapping[str, int] = {"large": 1600, "medium": 800, "small": 320}
"""The pictures that are made of a picture, the largest first, and their longest side."""

LARGEST = "large"


class Refusal(NamedTuple):
    """Why what was sent is not taken: the rule's slug, and the rule in words."""

    rule: str
    message: str


REFUSALS: Mapping[str, str] = {
    "unknown-type": "the content is none of the types that are taken",
    "other-kind": "the content is of another kind than was announced",
    "other-size": "not as many bytes arrived as were announced",
    "active-content": "the content holds parts of a web page or a program",
    "two-formats": "the content is a file of two formats at once",
    "broken": "the content is damaged or cut off and cannot be read",
    "too-many-pixels": "the picture has more pixels than are taken",
    "too-costly": "reading the picture takes more time or memory than is allowed",
    "not-checked": "the check broke off several times",
}
"""All rules by which content is refused, in words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an upload as it arrived: where it begins, and where it is stored."""

    offset: int
    bytes: int
    sha256: str
    key: str


@dataclass(frozen=True, slots=True)
class Rendition:
    """A picture made of the picture that was sent in; without any of its metadata."""

    name: str
    content_type: str
    bytes: int
    width: int
    height: int
    sha256: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """Something sent in, from its first byte on. It is `ready` for use when it was checked.

    `content_type` is what was announced, and what the content is once it is ready. `received` is
    how many bytes have arrived in pieces; a `signed` upload goes past us into the object storage.
    `holder_id` is what uses it, `shown` whether everybody may see its renditions. What nobody uses
    goes at `expires_at`.
    """

    brand_id: str
    contest_id: str
    id: str
    uploader_id: str
    name: str
    content_type: str
    bytes: int
    created_at: datetime
    expires_at: datetime | None
    signed: bool = False
    state: State = "open"
    received: int = 0
    pieces: Sequence[Piece] = ()
    attempts: int = 0
    refusal: Refusal | None = None
    sha256: str | None = None
    original: str | None = None
    width: int | None = None
    height: int | None = None
    likeness: str | None = None
    renditions: Sequence[Rendition] = ()
    holder_id: str | None = None
    shown: bool = False

    @property
    def kind(self) -> Kind:
        return TYPES[self.content_type]


def incoming(media: Media) -> str:
    """Where the bytes go of an upload that has a signed address."""
    return f"{media.id}/incoming"


def piece_key(media: Media, offset: int, name: str) -> str:
    """Where a piece is stored that begins there; the name tells two of one offset apart."""
    return f"{media.id}/pieces/{offset:010}-{name}"


def checked_key(media: Media, name: str) -> str:
    """Where an attempt at checking leaves what it found; two attempts never meet."""
    return f"{media.id}/{media.attempts}/{name}"


def keys_in_use(media: Media) -> set[str]:
    """The files of a medium that was checked; whatever else lies under its id is of no use."""
    return {key for key in (media.original, *(r.key for r in media.renditions)) if key is not None}


def refusal(rule: str) -> Refusal:
    """The refusal by this rule."""
    return Refusal(rule, REFUSALS[rule])


def may_upload(media: Media, subject: str | None, staff_of: str | None) -> bool:
    """Whether somebody may go on with an upload: who began it, staff for the same brand still."""
    return media.uploader_id == subject and staff_of in (None, media.brand_id)


def may_see(media: Media, subject: str | None, staff_of: str | None) -> bool:
    """Whether somebody may see the renditions: everybody once shown, else uploader and brand."""
    return media.shown or may_see_original(media, subject, staff_of)


def may_see_original(media: Media, subject: str | None, staff_of: str | None) -> bool:
    """Whether somebody may have what was sent in: who sent it, and the brand's staff."""
    return media.brand_id == staff_of or may_upload(media, subject, staff_of)


def obstacles_to_using(
    found: Mapping[str, Media],
    wanted: Sequence[str],
    *,
    contest_id: str,
    uploader_id: str,
    holder_id: str,
    kinds: Collection[Kind],
    field: str,
) -> list[Obstacle]:
    """What keeps media from being used by `holder_id`, each under its place in the field."""
    obstacles = []
    for index, media_id in enumerate(wanted):
        place, media = f"{field}.{index}", found.get(media_id)
        # What it holds already, a colleague may have uploaded: it stays.
        if media is not None and media.holder_id == holder_id:
            continue
        if media is None or (media.contest_id, media.uploader_id) != (contest_id, uploader_id):
            message = "is no upload of yours for this contest"
            obstacles.append(Obstacle(place, "unknown-media", message))
        elif media.holder_id is not None:
            obstacles.append(Obstacle(place, "media-in-use", "is in use already"))
        elif media.refusal is not None:
            obstacles.append(Obstacle(place, media.refusal.rule, media.refusal.message))
        elif media.state != "ready":
            message = f"is not ready: {media.state}"
            obstacles.append(Obstacle(place, "media-not-ready", message))
        elif media.kind not in kinds:
            message = f"must be one of {', '.join(sorted(kinds))}"
            obstacles.append(Obstacle(place, "media-kind", message))
    if len(set(wanted)) != len(wanted):
        obstacles.append(Obstacle(field, "unique", "each upload is named once"))
    return obstacles
