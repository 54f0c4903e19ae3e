"""Tells what is nearly the same: texts by MinHash, pictures by their perceptual hash. Pure.

Things are looked up by bands: short pieces of what stands for them. What resembles each other has
a band in common, so a look-up is one query of an index however many things there are.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

SHINGLE = 4
BINS = 100
ROWS = 5
"""20 bands of 5: of pairs alike by 65 % nine in ten share one, by 80 % all, by 20 % one in 150."""

ALIKE_PERCENT = 65
LETTERS_MINIMUM = 40
"""A shorter text is like too many."""

LETTERS_COMPARED = 20_000

TITLE_MINIMUM = 3

IMAGE_DISTANCE = 7
"""Bits of 64 by which the hashes of nearly the same picture differ, at most. Of four bands one then
differs in a bit or in none: a picture is kept under its bands, and looked up under their
neighbours too."""

_HASH = re.compile(r"[0-9a-f]{16}")


Kind = Literal["title", "text", "image"]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What stands for a title, a text or a picture.

    `bands` are the keys it is kept under, `probes` those that find whatever resembles it, and by
    the `signature` it is compared with what was found.
    """

    kind: Kind
    signature: tuple[int, ...]
    bands: tuple[int, ...]
    probes: tuple[int, ...]


def title_fingerprint(skeleton: str) -> Fingerprint | None:
    """Of a title, by its folded letters: only what reads the same resembles it."""
    if len(skeleton) < TITLE_MINIMUM:
        return None
    key = _key("title", skeleton)
    return Fingerprint("title", (key,), (key,), (key,))


def text_fingerprint(skeleton: str) -> Fingerprint | None:
    """Of a text, by its folded letters; None when it is too short to be compared."""
    if len(skeleton) < LETTERS_MINIMUM:
        return None
    signature = _min_hashes(skeleton[:LETTERS_COMPARED])
    pieces = (signature[n : n + ROWS] for n in range(0, BINS, ROWS))
    bands = tuple(_key("text", number, *piece) for number, piece in enumerate(pieces))
    return Fingerprint("text", signature, bands, bands)


def image_fingerprint(image_hash: str) -> Fingerprint:
    """Of a picture. Raises ValueError unless the hash is 16 hexadecimal digits."""
    if not _HASH.fullmatch(image_hash):
        raise ValueError("a perceptual hash is 16 hexadecimal digits")
    pieces = [int(image_hash[n : n + 4], 16) for n in range(0, 16, 4)]
    changes = [0, *(1 << bit for bit in range(16))]
    return Fingerprint(
        "image",
        tuple(pieces),
        tuple(_key("image", number, piece) for number, piece in enumerate(pieces)),
        tuple(
            _key("image", number, piece ^ change)
            for number, piece in enumerate(pieces)
            for change in changes
        ),
    )


def resemblance(kind: Kind, one: Sequence[int], other: Sequence[int]) -> int | None:
    """By how many percent two signatures of a kind are alike; None when that is not enough."""
    if kind == "image":
        distance = sum((a ^ b).bit_count() for a, b in zip(one, other, strict=True))
        return (64 - distance) * 100 // 64 if distance <= IMAGE_DISTANCE else None
    percent = sum(a == b for a, b in zip(one, other, strict=True)) * 100 // len(one)
    return percent if percent >= ALIKE_PERCENT else None


def _min_hashes(letters: str) -> tuple[int, ...]:
    """One-permutation MinHash: each piece of four letters falls into a bin, which keeps the least.

    A bin that stayed empty borrows from another one, which is the same one for every text.
    """
    bins: list[int | None] = [None] * BINS
    for shingle in {letters[n : n + SHINGLE] for n in range(len(letters) - SHINGLE + 1)}:
        value, place = divmod(_hash32(shingle), BINS)
        least = bins[place]
        bins[place] = value if least is None else min(least, value)
    return tuple(_borrowed(bins, place) for place in range(BINS))


def _borrowed(bins: Sequence[int | None], place: int) -> int:
    lent = (bins[lender] for lender in (place, *_LENDERS[place]))
    return next(value for value in lent if value is not None)


def _hash32(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest())


def _key(*parts: int | str) -> int:
    digest = hashlib.blake2b(repr(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


# Every bin asks all others, in an order of its own.
_LENDERS = [
    [
        lender
        for _, lender in sorted((_hash32(f"{place} {lender}"), lender) for lender in range(BINS))
    ]
    for place in range(BINS)
]
