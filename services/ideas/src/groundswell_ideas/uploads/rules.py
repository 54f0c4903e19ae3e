"""What may be sent in, and how: names, sizes, pieces. Pure; called by the commands."""

import unicodedata
from datetime import datetime, timedelta

from groundswell_ideas.contests.rules import Contest, obstacles_to_taking_ideas
from groundswell_ideas.media.rules import MAX_BYTES, MIB, TYPES, Media
from groundswell_ideas.terms.rules import Obstacle

# A piece is held in memory while it is stored; the pieces of an upload are listed in its document.
MAX_PIECE_BYTES = 1 * MIB
MIN_PIECE_BYTES = 256 * 1024

MAX_UNUSED = 30
"""How many uploads a person may have at a brand that are not in use by anything."""

MAX_UNUSED_OF_STAFF = 200
"""The same for the brand's staff, who import other people's."""

OPEN_FOR = timedelta(hours=24)
SIGNED_FOR = timedelta(hours=1)
REFUSED_FOR = timedelta(hours=1)

# Marks that turn the direction of text around, with which "gpj.exe" looks like "exe.jpg".
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")

# Control characters, halves of characters, what has no meaning, separators of lines and paragraphs.
_UNSHOWN = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})


def obstacles_to_uploading(name: str, content_type: str, size: int) -> list[Obstacle]:
    """What is wrong with what somebody announces: a name that is a path, too many bytes."""
    found = []
    if not is_file_name(name):
        message = "must be the plain name of a file: no path, no control or direction characters"
        found.append(Obstacle("body.name", "file-name", message))
    kind = TYPES.get(content_type)
    if kind is None:
        message = f"must be one of {', '.join(TYPES)}"
        found.append(Obstacle("body.content_type", "type", message))
    elif size > MAX_BYTES[kind]:
        message = f"at most {MAX_BYTES[kind]} bytes are taken of this kind"
        found.append(Obstacle("body.bytes", "maximum", message))
    return found


def obstacles_to_sending(contest: Contest, now: datetime) -> list[Obstacle]:
    """What keeps a contest from taking uploads: as long as any of its regions takes ideas, nothing.

    What is sent in is for ideas that are handed in or changed while the contest takes some.
    """
    regions: list[str | None] = [region.name for region in contest.terms.regions] or [None]
    found = [obstacles_to_taking_ideas(contest, region, now) for region in regions]
    return found[0] if all(found) else []


def is_file_name(name: str) -> bool:
    """Whether a name is one that a file could bear in any folder; it is shown and never opened."""
    if name.strip(". ") == "":
        return False
    return not any(
        character in "/\\:"
        or character in _DIRECTION_MARKS
        or unicodedata.category(character) in _UNSHOWN
        for character in name
    )


def is_repeat(media: Media, offset: int, sha256: str) -> bool:
    """Whether this very piece has arrived before."""
    return any(piece.offset == offset and piece.sha256 == sha256 for piece in media.pieces)


def obstacles_to_piece(media: Media, size: int) -> list[Obstacle]:
    """What is wrong with the size of a piece; the last one may be as small as what is left."""
    left = media.bytes - media.received
    if size > left:
        return [Obstacle("body", "maximum", f"only {left} bytes are missing")]
    if size < min(left, MIN_PIECE_BYTES) or size == 0:
        message = f"a piece has at least {MIN_PIECE_BYTES} bytes, unless it is the last one"
        return [Obstacle("body", "minimum", message)]
    return []
