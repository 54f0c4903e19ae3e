"""What cards say, and that all of it can be drawn."""

import io
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from PIL import Image

from groundswell_ideas.languages.rules import Words
from groundswell_ideas.showcase.drawing import draw
from groundswell_ideas.showcase.fonts import font, font_of
from groundswell_ideas.showcase.rules.cards import (
    DESCRIPTION_LETTERS,
    Face,
    description_of,
    tags_of,
)
from groundswell_ideas.showcase.rules.scripts import FONTS
from groundswell_ideas.submissions.rules import Idea

IDEA = Idea(
    brand_id="nerc",
    contest_id="con_1",
    id="idea_1",
    participant_id="per_1",
    title='A "ship" <b>& more',
    summary="It floats.",
    fields={},
    status="approved",
    submitted_at=datetime(2026, 3, 2, tzinfo=UTC),
)
WORDS = Words("pt-BR", "Name our ship", None, None)
FACE = Face(title="RRS Boaty", contest_title="Name our ship", picture_sha256=None)

SAMPLES = {
    "Latin": "Straße Ærø Łódź",
    "Greek": "Πλοίο",
    "Cyrillic": "Корабль",
    "Vietnamese": "Thuyền mới",
    "Armenian": "Նավ",
    "Hebrew": "ספינה",
    "Arabic": "سفينة",
    "Devanagari": "जहाज",
    "Bengali": "জাহাজ",
    "Gurmukhi": "ਜਹਾਜ਼",
    "Gujarati": "જહાજ",
    "Oriya": "ଜାହାଜ",
    "Tamil": "கப்பல்",
    "Telugu": "ఓడ",
    "Kannada": "ಹಡಗು",
    "Malayalam": "കപ്പൽ",
    "Sinhala": "නැව",
    "Thai": "เรือ",
    "Lao": "ເຮືອ",
    "Burmese": "သင်္ဘော",
    "Georgian": "გემი",
    "Ethiopic": "መርከብ",
    "Khmer": "នាវា",
    "Chinese": "我們的船",
    "Japanese": "ふね カモメ号",
    "Korean": "우리의 배",
    "Emoji": "🚢⛴❤",
    "Signs": "€ → ★ ½ № “ ” … ☂ ⌘ ✓",
}


def letters(text: str) -> Iterator[str]:
    """Those that have a shape by themselves."""
    return (letter for letter in text if unicodedata.category(letter)[0] not in "MZC")


def pixels(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


@pytest.mark.parametrize("script", SAMPLES)
def test_its_font_has_every_letter_of_a_script(script: str) -> None:
    for letter in letters(SAMPLES[script]):
        drawn = font(font_of(letter), 40)
        missing = bytes(drawn.getmask("\U0010fffe"))
        assert bytes(drawn.getmask(letter)) != missing, (letter, font_of(letter))


@pytest.mark.parametrize("name", FONTS)
def test_every_font_is_there(name: str) -> None:
    assert font(name, 40).getlength("0") > 0


@pytest.mark.parametrize(
    "title",
    [
        "<script>alert('x')</script>",
        "W" * 200,
        "ש" * 200,
        "ﷺ" * 50,
        "\ufdfd" * 50,
        "。" * 200,
        "👨\u200d👩\u200d👧" * 20,
        "\u200d" * 5,
        "🇬" * 7,
        "a" + "\u0301" * 8,
        "سفينة (Boaty) رقم 12",
        "0",
        " ".join("abcdefgh" for _ in range(22)),
    ],
)
def test_a_hostile_title_stays_in_its_place(title: str) -> None:
    card = pixels(draw(replace(FACE, title=title), None))
    assert card.size == (1200, 630)
    paper = card.getpixel((1199, 629))
    for edge in ((0, 40, 32, 630), (1180, 40, 1200, 630), (0, 620, 1200, 630)):
        assert card.crop(edge).getcolors() == [
            ((edge[2] - edge[0]) * (edge[3] - edge[1]), paper)
        ], edge


def test_right_to_left_begins_on_the_right() -> None:
    ink = pixels(draw(replace(FACE, title="ספינה", contest_title="x"), None))
    title = ink.crop((0, 20, 1200, 300))
    left, right = (
        title.crop(half).getcolors(100_000) for half in ((0, 0, 600, 280), (600, 0, 1200, 280))
    )
    assert left is not None
    assert len(left) == 1
    assert right is not None
    assert len(right) > 1


def test_the_ideas_picture_stands_beside_the_title() -> None:
    file = io.BytesIO()
    Image.new("RGB", (800, 500), (200, 30, 30)).save(file, "WEBP", lossless=True)
    card = pixels(draw(FACE, file.getvalue()))
    color = card.getpixel((1150, 400))
    assert isinstance(color, tuple)
    red, green, blue = color
    assert red > 180
    assert max(green, blue) < 60


def test_no_metadata_is_in_the_picture() -> None:
    png, kinds, at = draw(FACE, None), set(), 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        kinds.add(png[at + 4 : at + 8])
        at += length + 12
    assert kinds == {b"IHDR", b"IDAT", b"IEND"}


def test_what_looks_otherwise_has_another_tag() -> None:
    faces = (
        FACE,
        replace(FACE, title="RRS Bote"),
        replace(FACE, contest_title="Name it"),
        replace(FACE, picture_sha256="ab"),
    )
    assert len({face.tag for face in faces}) == 4
    assert replace(FACE).tag == FACE.tag


def test_a_description_is_one_short_line() -> None:
    assert description_of(replace(IDEA, summary="It\n floats. ")) == "It floats."
    long = description_of(replace(IDEA, summary="ship " * 100))
    assert len(long) <= DESCRIPTION_LETTERS
    assert long.endswith("ship…")
    assert len(description_of(replace(IDEA, summary="x" * 500))) == DESCRIPTION_LETTERS


def test_tags_name_what_previews_need() -> None:
    tags = {t.name: t for t in tags_of(IDEA, WORDS, "https://s/ideas/idea_1", "https://s/c.png")}
    assert tags["og:title"].content == IDEA.title
    assert tags["og:image:width"].content == "1200"
    assert tags["og:locale"].content == "pt_BR"
    assert tags["twitter:card"].content == "summary_large_image"
    assert tags["og:url"].attribute == "property"
    assert tags["twitter:image"].attribute == "name"
