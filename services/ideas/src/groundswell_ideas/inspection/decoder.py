"""The program that opens pictures, away from everything else: `python -I -m ...inspection.decoder`.

It reads one job a line, has a child of its own do it under hard limits, and writes one answer a
line. Started by `decoding`; it knows no secret, and ends when its input does.
"""

import io
import json
import os
import resource
import signal
import struct
import sys
import warnings
import zlib
from pathlib import Path
from typing import Any

from PIL import (
    GifImagePlugin,
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    MpoImagePlugin,  # noqa: F401 - what phones call a JPEG may be one; no child has to import it
    PngImagePlugin,
    WebPImagePlugin,
)

from groundswell_ideas.inspection import likeness
from groundswell_ideas.media.rules import LARGEST, RENDITIONS

MAX_PIXELS = 50_000_000
MAX_MEMORY_BYTES = 1024 * 1024 * 1024
MAX_CPU_SECONDS = 15
MAX_WALL_SECONDS = 30
MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_OPEN_FILES = 64
MAX_ANSWER_BYTES = 64 * 1024

FORMATS = {
    "image/jpeg": JpegImagePlugin.JpegImageFile.format,
    "image/png": PngImagePlugin.PngImageFile.format,
    "image/webp": WebPImagePlugin.WebPImageFile.format,
    "image/gif": GifImagePlugin.GifImageFile.format,
}
# By these a decoder of Pillow tells that it cannot read something; each has its own.
_UNREADABLE = (
    *(OSError, EOFError, struct.error, zlib.error, SyntaxError),
    *(ValueError, TypeError, LookupError, ArithmeticError),
)
_CRASHES = frozenset({signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE})
_SRGB = ImageCms.createProfile("sRGB")
_SIDEWAYS = frozenset({5, 6, 7, 8})
_ORIENTATION = 0x0112
_QUALITY = 82
# Of webp's seven efforts the least takes a quarter of the time of the usual one, for a fifth more.
_EFFORT = 0


def main() -> None:
    """Does jobs until there are no more."""
    for line in sys.stdin.buffer:
        answer = _in_a_child(json.loads(line))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _in_a_child(job: dict[str, str]) -> dict[str, Any]:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        # What the decoder is told and what it answers is none of its business.
        for end in (sys.stdin.fileno(), sys.stdout.fileno(), read_end):
            os.close(end)
        _be_the_child(job, write_end)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as answers:
        answer = answers.read(MAX_ANSWER_BYTES)
    _, status = os.waitpid(child, 0)
    ended_by = -os.waitstatus_to_exitcode(status)
    if ended_by > 0:
        return {"refused": "broken" if ended_by in _CRASHES else "too-costly"}
    decoded: dict[str, Any] = json.loads(answer)
    return decoded


def _be_the_child(job: dict[str, str], write_end: int) -> None:
    """Never returns: whatever happens, this process ends here."""
    try:
        _limit()
        answer = decode(Path(job["source"]), job["content_type"], Path(job["target"]))
    except MemoryError:
        answer = {"refused": "too-costly"}
    except BaseException as error:  # noqa: BLE001 - the answer tells it to who started us
        answer = {"failed": repr(error)[:1000]}
    os.write(write_end, json.dumps(answer).encode())
    os._exit(0)


def _limit() -> None:
    """The system ends this process when it goes beyond; nothing in it can lift that again."""
    for what, most in (
        (resource.RLIMIT_AS, MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MAX_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        (resource.RLIMIT_NOFILE, MAX_OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.setitimer(signal.ITIMER_REAL, MAX_WALL_SECONDS)


def decode(source: Path, content_type: str, target: Path) -> dict[str, Any]:
    """Writes the renditions of a picture into `target`; what it is, or by which rule refused.

    No more than the decoder of the one format is let near it.
    """
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        with Image.open(source, formats=[FORMATS[content_type]]) as picture:
            size = picture.size
            upright = size[::-1] if _orientation(picture) in _SIDEWAYS else size
            plain = _plain(picture)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return {"refused": "too-many-pixels"}
    except _UNREADABLE:
        return {"refused": "broken"}
    made = _renditions(plain, target)
    # Of the smallest one, which `plain` has become: nothing finer goes into the hash.
    grey = _on_white(plain).convert("L").resize((likeness.SIDE, likeness.SIDE))
    return {
        "width": upright[0],
        "height": upright[1],
        "likeness": likeness.likeness(list(grey.tobytes())),
        "renditions": made,
    }


def _orientation(picture: Image.Image) -> int:
    return int(picture.getexif().get(_ORIENTATION, 1))


def _plain(picture: Image.Image) -> Image.Image:
    """The first frame, no larger than is needed, upright, in sRGB, and nothing but its pixels."""
    side = max(RENDITIONS.values())
    profile = picture.info.get("icc_profile")
    if picture.mode.startswith("I;16"):  # would be cut off at white instead of scaled
        picture = picture.point(lambda value: value * (1 / 256)).convert("L")
    if picture.mode not in {"L", "RGB", "RGBA", "CMYK"}:
        picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    picture = _in_srgb(ImageOps.exif_transpose(picture), profile)
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return Image.frombytes(picture.mode, picture.size, picture.tobytes())


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """With the colours that its profile means; as it is when the profile is none."""
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return picture
    mode = "RGB" if picture.mode == "CMYK" else picture.mode
    try:
        given = ImageCms.getOpenProfile(io.BytesIO(profile))
        seen = ImageCms.profileToProfile(picture, given, _SRGB, outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    return picture if seen is None else seen


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture)


def _renditions(picture: Image.Image, target: Path) -> list[dict[str, Any]]:
    """Each made of the one before, which is larger: it costs less, and nobody sees it.

    They are scaled by Hamming's filter: as sharp as the bicubic one, in half the time of Lanczos'.

    The large one is a JPEG where nothing shows through: that is written in a tenth of the time of
    webp, which is most of what a picture costs, and every program can show it.
    """
    made = []
    for name, side in RENDITIONS.items():
        picture.thumbnail((side, side), Image.Resampling.HAMMING, reducing_gap=1.0)
        if name == LARGEST and picture.mode == "RGB":
            picture.save(target / name, "JPEG", quality=_QUALITY)
        else:
            picture.save(target / name, "WEBP", quality=_QUALITY, method=_EFFORT)
        made.append({"name": name, "width": picture.width, "height": picture.height})
    return made


if __name__ == "__main__":
    main()
