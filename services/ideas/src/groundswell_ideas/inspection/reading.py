"""Reads a whole file once: its digest, and by which rule of `rules` it is refused, if any.

Called by `commands` in a thread; no more than a part of the file is held at a time.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from groundswell_ideas.inspection.rules import (
    HEAD_BYTES,
    OVERLAP_BYTES,
    TAIL_BYTES,
    is_active,
    is_two_formats,
    type_of,
)
from groundswell_ideas.media.rules import MIB, TYPES, Kind, Refusal, refusal


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file is."""

    content_type: str
    sha256: str


def inspect(path: Path, kind: Kind, size: int) -> Inspected | Refusal:
    """What the file is, if it is one of this kind and of these bytes, and nothing besides."""
    if path.stat().st_size != size:
        return refusal("other-size")
    digest, active, before = hashlib.sha256(), False, b""
    with path.open("rb") as file:
        while part := file.read(MIB):
            digest.update(part)
            active = active or is_active(before + part, at_head=not before)
            before = part[-OVERLAP_BYTES:]
        file.seek(0)
        head = file.read(HEAD_BYTES)
        file.seek(max(0, size - TAIL_BYTES))
        tail = file.read(TAIL_BYTES)
    if active:
        return refusal("active-content")
    found = type_of(head)
    if found is None:
        return refusal("unknown-type")
    if TYPES[found] != kind:
        return refusal("other-kind")
    if is_two_formats(found, head, tail, size):
        return refusal("two-formats")
    return Inspected(found, digest.hexdigest())
