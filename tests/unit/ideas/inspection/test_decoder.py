"""The decoder as a process: what it makes of pictures, and what it does not let happen."""

import asyncio
import io
import os
import signal
import struct
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms

from groundswell_ideas.inspection import decoding
from groundswell_ideas.inspection.decoding import Decoded, Decoder, DecoderBroke
from groundswell_ideas.media.rules import RENDITIONS, Refusal
from tests.support.pictures import drawing, encoded, jpeg, photo, png, png_bomb


@pytest.fixture(scope="module")
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder()
    yield decoder
    await decoder.close()


async def decoded(
    decoder: Decoder, folder: Path, content: bytes, content_type: str = "image/jpeg"
) -> Decoded | Refusal:
    source = folder / "source"
    source.write_bytes(content)
    return await decoder.decode(source, content_type, folder)


async def read(decoder: Decoder, folder: Path, content: bytes, **how: str) -> Decoded:
    found = await decoded(decoder, folder, content, **how)
    assert isinstance(found, Decoded), found
    return found


async def rule(decoder: Decoder, folder: Path, content: bytes, content_type: str) -> str:
    found = await decoded(decoder, folder, content, content_type)
    assert isinstance(found, Refusal), found
    return found.rule


@pytest.mark.parametrize(
    ("content_type", "format_"),
    [
        ("image/jpeg", "JPEG"),
        ("image/jpeg", "MPO"),
        ("image/png", "PNG"),
        ("image/webp", "WEBP"),
        ("image/gif", "GIF"),
    ],
)
async def test_each_type_is_made_into_three_sizes(
    decoder: Decoder, tmp_path: Path, content_type: str, format_: str
) -> None:
    several = {"save_all": True, "append_images": [drawing()]} if format_ == "MPO" else {}
    content = encoded(drawing(2000, 1000), format_, **several)
    found = await read(decoder, tmp_path, content, content_type=content_type)
    assert (found.width, found.height) == (2000, 1000)
    sizes = {made.name: (made.width, made.height) for made in found.renditions}
    assert sizes == {"large": (1600, 800), "medium": (800, 400), "small": (320, 160)}
    for made in found.renditions:
        with Image.open(io.BytesIO(made.content)) as picture:
            assert picture.format == ("JPEG" if made.name == "large" else "WEBP")
            assert made.content_type == f"image/{picture.format.lower()}"
            assert picture.size == (made.width, made.height)


async def test_what_shows_through_goes_on_doing_so(decoder: Decoder, tmp_path: Path) -> None:
    glass = drawing().convert("RGBA")
    glass.putalpha(90)
    found = await read(decoder, tmp_path, encoded(glass, "PNG"), content_type="image/png")
    assert {made.content_type for made in found.renditions} == {"image/webp"}
    with Image.open(io.BytesIO(found.renditions[0].content)) as large:
        assert large.convert("RGBA").getchannel("A").getpixel((5, 5)) == 90


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
async def test_every_way_to_store_colours(decoder: Decoder, tmp_path: Path, mode: str) -> None:
    picture = sixteen() if mode == "I;16" else drawing().convert(mode)
    format_ = "JPEG" if mode == "CMYK" else "PNG"
    content_type = "image/jpeg" if mode == "CMYK" else "image/png"
    found = await read(decoder, tmp_path, encoded(picture, format_), content_type=content_type)
    with Image.open(io.BytesIO(found.renditions[0].content)) as made:
        grey = made.convert("L").tobytes()
    assert max(grey) - min(grey) > 60


def sixteen() -> Image.Image:
    grey = drawing().convert("L")
    wide = b"".join(struct.pack("<H", value * 256) for value in grey.tobytes())
    return Image.frombytes("I;16", grey.size, wide)


async def test_nothing_is_left_of_what_the_phone_wrote(decoder: Decoder, tmp_path: Path) -> None:
    content = photo(640, 480)
    for mark in (b"PhoneMaker", b"shot at home"):
        assert mark in content
    with Image.open(io.BytesIO(content)) as original:
        assert original.getexif().get_ifd(0x8825)
    found = await read(decoder, tmp_path, content)
    for made in found.renditions:
        for mark in (b"PhoneMaker", b"shot at home", b"Exif", b"EXIF", b"ICCP", b"XMP"):
            assert mark not in made.content
        with Image.open(io.BytesIO(made.content)) as picture:
            assert not picture.getexif()
            assert not picture.getexif().get_ifd(0x8825)
            assert "icc_profile" not in picture.info


async def test_a_picture_on_its_side_is_put_upright(decoder: Decoder, tmp_path: Path) -> None:
    found = await read(decoder, tmp_path, photo(640, 480))
    assert (found.width, found.height) == (480, 640)
    assert (found.renditions[0].width, found.renditions[0].height) == (480, 640)


async def test_a_picture_with_a_profile_or_a_broken_one_is_read(
    decoder: Decoder, tmp_path: Path
) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for given in (profile, profile[:40], b"no profile at all"):
        await read(decoder, tmp_path, encoded(drawing(), "JPEG", icc_profile=given))


async def test_the_same_picture_in_another_format_is_alike(
    decoder: Decoder, tmp_path: Path
) -> None:
    one = await read(decoder, tmp_path, encoded(drawing(), "PNG"), content_type="image/png")
    other = await read(decoder, tmp_path, encoded(drawing().resize((320, 240)), "JPEG"))
    assert (int(one.likeness, 16) ^ int(other.likeness, 16)).bit_count() < 8


async def test_a_bomb_is_refused_by_its_pixels(decoder: Decoder, tmp_path: Path) -> None:
    bomb = png_bomb(60_000, 20_000)
    assert len(bomb) < 400_000
    assert await rule(decoder, tmp_path, bomb, "image/png") == "too-many-pixels"


@pytest.mark.parametrize("cut", [100, 600, -200])
async def test_what_is_cut_off_is_refused(decoder: Decoder, tmp_path: Path, cut: int) -> None:
    assert await rule(decoder, tmp_path, png(640, 480)[:cut], "image/png") == "broken"


async def test_one_format_is_not_read_as_another(decoder: Decoder, tmp_path: Path) -> None:
    assert await rule(decoder, tmp_path, png(), "image/jpeg") == "broken"
    assert await rule(decoder, tmp_path, b"\xff\xd8\xff" + b"\0" * 500, "image/jpeg") == "broken"


@pytest.mark.parametrize("seed", range(12))
async def test_damaged_pictures_end_in_an_answer(
    decoder: Decoder, tmp_path: Path, seed: int
) -> None:
    content = bytearray(photo() if seed % 2 else png(320, 240))
    for n in range(40):
        content[(seed * 7919 + n * 613) % len(content)] ^= 1 + (seed + n) % 255
    content_type = "image/jpeg" if seed % 2 else "image/png"
    found: Any = await decoded(decoder, tmp_path, bytes(content), content_type)
    assert isinstance(found, Decoded) or found.rule in {"broken", "too-many-pixels", "too-costly"}


async def test_a_decoder_that_was_killed_is_started_again(tmp_path: Path) -> None:
    decoder = Decoder()
    try:
        await read(decoder, tmp_path, jpeg())
        assert decoder._process is not None
        os.kill(decoder._process.pid, signal.SIGKILL)
        with pytest.raises(DecoderBroke):
            await decoded(decoder, tmp_path, jpeg())
        found = await read(decoder, tmp_path, jpeg())
        assert len(found.renditions) == len(RENDITIONS)
    finally:
        await decoder.close()


@pytest.mark.parametrize("answer", ["no JSON", "x" * 100_000])
async def test_a_decoder_that_answers_nonsense_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    program = f"print({answer!r}, flush=True); input(); input()"

    async def start() -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", program), stdin=pipe, stdout=pipe, start_new_session=True
        )

    monkeypatch.setattr(decoding, "_start", start)
    decoder = Decoder()
    with pytest.raises(DecoderBroke):
        await decoded(decoder, tmp_path, jpeg())
    assert decoder._process is None


_UNREADABLE = """
import struct, zlib
from pathlib import Path
from groundswell_ideas.inspection import decoder
def unreadable(*_, **__):
    raise {error}
decoder.Image.open = unreadable
print(decoder.decode(Path(), "image/jpeg", Path()))
"""


@pytest.mark.parametrize(
    "error", ["struct.error", "zlib.error", "OverflowError", "ZeroDivisionError", "EOFError"]
)
async def test_whatever_a_format_raises_means_that_it_cannot_be_read(error: str) -> None:
    assert await printed(_UNREADABLE.format(error=error)) == str({"refused": "broken"})


async def test_the_decoder_knows_no_secret_and_ends_with_us(tmp_path: Path) -> None:
    decoder = Decoder()
    await read(decoder, tmp_path, jpeg())
    process = decoder._process
    assert process is not None
    assert process.stdin is not None
    environment = await asyncio.to_thread(Path(f"/proc/{process.pid}/environ").read_bytes)
    assert b"GROUNDSWELL" not in environment
    assert b"PATH=" not in environment
    process.stdin.close()
    async with asyncio.timeout(40):
        assert await process.wait() == 0
    await decoder.close()


_HOG = """
import os, signal, time
from groundswell_ideas.inspection import decoder
decoder.MAX_CPU_SECONDS, decoder.MAX_WALL_SECONDS = {cpu}, {wall}
def hog(*_):
    {does}
decoder.decode = hog
print(decoder._in_a_child({{"source": "", "content_type": "", "target": ""}}))
"""


@pytest.mark.parametrize(
    ("does", "cpu", "wall", "answer"),
    [
        ("bytearray(2 << 30)", 15, 30, "too-costly"),
        ("while True: pass", 1, 30, "too-costly"),
        ("time.sleep(50)", 15, 1, "too-costly"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", 15, 30, "broken"),
    ],
)
async def test_what_takes_too_much_is_ended_by_the_system(
    does: str, cpu: int, wall: int, answer: str
) -> None:
    program = _HOG.format(does=does, cpu=cpu, wall=wall)
    assert await printed(program) == str({"refused": answer})


async def printed(program: str) -> str:
    """What a program of its own prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    output, _ = await process.communicate()
    return output.decode().strip()
