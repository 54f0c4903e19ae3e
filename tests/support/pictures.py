"""Pictures as phones make them, and files that only pretend: all made here, none kept."""

import hashlib
import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageDraw, ImageFilter

PLACE = (52.0, 4.0)  # degrees of latitude and longitude, where the picture was taken


def drawing(width: int = 640, height: int = 480, seed: int = 1) -> Image.Image:
    """Something with shapes and shades, another one for each seed."""
    picture = Image.new("RGB", (width, height), (240, 230, 200))
    pen = ImageDraw.Draw(picture)
    for n in range(12):
        chance = hashlib.sha256(f"{seed} {n}".encode()).digest()
        x, y = chance[0] * width // 256, chance[1] * height // 256
        w, h = 20 + chance[2] * width // 1024, 20 + chance[3] * height // 1024
        pen.ellipse((x - w, y - h, x + w, y + h), fill=tuple(chance[4:7]))
    return picture.filter(ImageFilter.GaussianBlur(3))


def encoded(picture: Image.Image, format_: str = "JPEG", **how: Any) -> bytes:
    """The bytes of a picture in a format of Pillow."""
    out = io.BytesIO()
    picture.save(out, format_, **how)
    return out.getvalue()


def jpeg(width: int = 640, height: int = 480, seed: int = 1) -> bytes:
    """A JPEG of a drawing."""
    return encoded(drawing(width, height, seed), quality=88)


def photo(width: int = 640, height: int = 480) -> bytes:
    """A JPEG as a phone makes it: on its side, with the place where it was taken and by what."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "PhoneMaker"
    degrees = [((abs(d), 0, 0), "NE"[n]) for n, d in enumerate(PLACE)]
    exif[0x8825] = {1: degrees[0][1], 2: degrees[0][0], 3: degrees[1][1], 4: degrees[1][0]}
    return encoded(drawing(width, height), exif=exif, comment=b"shot at home")


def png(width: int = 64, height: int = 48) -> bytes:
    """A PNG of a drawing."""
    return encoded(drawing(width, height), "PNG")


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says of itself that it is as large as this; one colour."""
    row = b"\0" * (width // 8 + 1)
    packed = zlib.compressobj(9)
    data = b"".join(packed.compress(row) for _ in range(height)) + packed.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in chunks)


def _chunk(kind: bytes, content: bytes) -> bytes:
    sum_ = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + sum_


def zip_file() -> bytes:
    """A ZIP with a program in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("Main.class", b"\xca\xfe\xba\xbe")
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
MP4 = struct.pack(">I", 24) + b"ftypisom\0\0\0\1isommp42" + struct.pack(">I", 8) + b"moov"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(document.cookie)</script></svg>'
HTML = b"<!DOCTYPE html><html><body onload=alert(1)></body></html>"
