"""Draws the picture of a share card. Called in a thread of its own by `pictures`."""

from functools import partial
from io import BytesIO

from PIL import Image, ImageDraw, ImageOps

from groundswell_ideas.showcase.fonts import font, font_of
from groundswell_ideas.showcase.rules.cards import HEIGHT, WIDTH, Face
from groundswell_ideas.showcase.rules.lettering import (
    Part,
    in_visual_order,
    runs_right_to_left,
    wrapped,
)

_PAPER, _INK, _ACCENT, _MUTED = "#f7f6f2", "#14212b", "#0b5563", "#526069"
_MARGIN = 64
_BAR = 16
_PICTURE_WIDTH = 460
_TITLE_SIZES = ((76, 4), (64, 5), (52, 6), (42, 7))
"""Heights of letters, and the lines for which there is room; the first that takes it all."""

_LINE_HEIGHT = 1.32
_CONTEST_SIZE, _CONTEST_LINES = 32, 2


def draw(face: Face, picture: bytes | None) -> bytes:
    """A PNG of 1200 by 630 pixels; `picture` is one of ours, made anew when it came in."""
    card = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    canvas = ImageDraw.Draw(card)
    canvas.rectangle((0, 0, WIDTH, _BAR), fill=_ACCENT)
    room = WIDTH - 2 * _MARGIN
    if picture is not None:
        with Image.open(BytesIO(picture), formats=("WEBP",)) as opened:
            fitted = ImageOps.fit(opened.convert("RGB"), (_PICTURE_WIDTH, HEIGHT - _BAR))
        card.paste(fitted, (WIDTH - _PICTURE_WIDTH, _BAR))
        room -= _PICTURE_WIDTH
    _write_title(canvas, face.title, room)
    _write_contest(canvas, face.contest_title, room)
    file = BytesIO()
    card.save(file, "PNG")
    return file.getvalue()


def _write_title(canvas: ImageDraw.ImageDraw, title: str, room: int) -> None:
    base = runs_right_to_left(title)
    for size, most in _TITLE_SIZES:
        lines, complete = wrapped(title, room, partial(_width, size, base), most)
        if complete or size == _TITLE_SIZES[-1][0]:
            top = _BAR + _MARGIN + size
            _write(canvas, lines, top, room, size, _INK, right_to_left=base)
            return


def _write_contest(canvas: ImageDraw.ImageDraw, title: str, room: int) -> None:
    size, base = _CONTEST_SIZE, runs_right_to_left(title)
    lines, _ = wrapped(title, room, partial(_width, size, base), _CONTEST_LINES)
    top = HEIGHT - _MARGIN - round((len(lines) - 1) * size * _LINE_HEIGHT)
    _write(canvas, lines, top, room, size, _MUTED, right_to_left=base)


def _write(
    canvas: ImageDraw.ImageDraw,
    lines: list[str],
    top: int,
    room: int,
    size: int,
    color: str,
    *,
    right_to_left: bool,
) -> None:
    """Writes lines below each other, the first one's feet at `top`."""
    for number, line in enumerate(lines):
        parts = in_visual_order(line, font_of, right_to_left=right_to_left)
        left = float(_MARGIN)
        if right_to_left:
            left += room - sum(_part_width(part, size) for part in parts)
        for part in parts:
            canvas.text(
                (left, top + round(number * size * _LINE_HEIGHT)),
                part.text,
                fill=color,
                font=font(part.font, size),
                anchor="ls",
                direction=_direction(part),
            )
            left += _part_width(part, size)


def _width(size: int, base: bool, text: str) -> float:
    parts = in_visual_order(text, font_of, right_to_left=base)
    return sum(_part_width(part, size) for part in parts)


def _part_width(part: Part, size: int) -> float:
    return font(part.font, size).getlength(part.text, direction=_direction(part))


def _direction(part: Part) -> str:
    return "rtl" if part.right_to_left else "ltr"
