"""What bytes are, by themselves: the type of a file, and what makes it more than one thing. Pure.

Called with what was sent in, of which neither the name nor the announced type is believed.
"""

import re
import struct
from datetime import timedelta

HEAD_BYTES = 4096
"""How much of a file's beginning is looked at as such: what programs look at to guess a type."""

TAIL_BYTES = 66_000
"""How much of its end: a ZIP's directory ends at most 65,557 bytes before the end."""

MAX_ATTEMPTS = 3
"""After as many checks that broke off, what was sent is refused."""

CHECK_WITHIN = timedelta(minutes=5)
"""After this a check counts as broken off, and another one begins."""

OVERLAP_BYTES = 32
"""How much of the part before is read again with each part, so that no word is cut in two."""

_MP4_BRANDS = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|3gp[4-9]|dash")
_WEBM_HEAD = re.compile(rb"\x1a\x45\xdf\xa3.{1,64}?\x42\x82[\x84\x40]?.{0,2}?webm", re.DOTALL)

# Words of web pages and programs that no format of ours needs. Escaped, as XMP has them, they pass.
_ACTIVE = re.compile(
    rb"<script[\s>/]|<html[\s>]|<!doctype\s+html|<\?php|javascript:", re.IGNORECASE
)
_ACTIVE_AT_HEAD = re.compile(
    rb"<svg[\s>:]|<body[\s>]|<iframe[\s>]|<\?xml-stylesheet|#!/", re.IGNORECASE
)

_ZIP_END = b"PK\x05\x06"
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
_PNG_END = b"\x00\x00\x00\x00IEND\xae\x42\x60\x82"


def type_of(head: bytes) -> str | None:
    """The content type of a file that begins like this; None when it is none that is taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head[4:8] == b"ftyp":
        return _video_type(head[8:12])
    if _WEBM_HEAD.match(head):
        return "video/webm"
    return None


def _video_type(brand: bytes) -> str | None:
    if brand == b"qt  ":
        return "video/quicktime"
    return "video/mp4" if _MP4_BRANDS.fullmatch(brand) else None


def is_active(part: bytes, *, at_head: bool = False) -> bool:
    """Whether a part of a file holds words of a web page or a program."""
    if _ACTIVE.search(part):
        return True
    return at_head and _ACTIVE_AT_HEAD.search(part[:HEAD_BYTES]) is not None


def is_two_formats(content_type: str, head: bytes, tail: bytes, size: int) -> bool:
    """Whether a file of this type is one of another format too, or goes on behind its end.

    A JPEG may go on: phones put a depth map or a short film there.
    """
    if content_type != "application/pdf" and b"%PDF-" in head[:1024]:
        return True
    return _holds_archive(head, tail) or not _ends_well(content_type, head, tail, size)


def _ends_well(content_type: str, head: bytes, tail: bytes, size: int) -> bool:
    if content_type == "image/png":
        return tail.endswith(_PNG_END)
    if content_type == "image/gif":
        return tail.rstrip(b"\0").endswith(b";")
    if content_type == "image/webp":
        (announced,) = struct.unpack("<I", head[4:8])
        return size == int(announced) + 8
    return content_type != "application/pdf" or b"%%EOF" in tail[-1024:]


def _holds_archive(head: bytes, tail: bytes) -> bool:
    return _ZIP_END in tail or any(mark in head or mark in tail for mark in _ARCHIVES)
