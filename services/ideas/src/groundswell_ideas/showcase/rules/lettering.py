"""How a text in any script is cut into lines, and in which order its parts stand. Pure.

Fonts shape letters within a part; here is what they leave open: where lines end, and how parts of
both directions follow each other. It is the bidirectional algorithm of Unicode without explicit
embeddings, which no text that we keep has.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from groundswell_ideas.showcase.rules.scripts import EMOJI, is_unspaced

ELLIPSIS = "…"
Measure = Callable[[str], float]
FontOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Part:
    """Letters of one font and one direction, as they follow each other when read."""

    text: str
    font: str
    right_to_left: bool


def runs_right_to_left(text: str) -> bool:
    """Whether a text runs from right to left: as its first letter that has a direction does."""
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        if direction in ("L", "R", "AL"):
            return direction != "L"
    return False


def clusters(text: str) -> list[str]:
    """The letters of a text, each with what belongs on it or is joined to it."""
    found: list[str] = []
    for letter in text:
        if found and (_belongs_to_the_last(letter) or _draws_in(found[-1], letter)):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def wrapped(text: str, width: float, measure: Measure, most: int) -> tuple[list[str], bool]:
    """A text in lines of this width, `most` of them; and whether all of it is there.

    A word that is wider than a line is cut between letters; what is left out ends in an ellipsis.
    """
    lines, line = list[str](), ""
    for space, word in _words(text, width, measure):
        longer = f"{line}{space if line else ''}{word}"
        if not line or measure(longer) <= width:
            line = longer
            continue
        if len(lines) == most - 1:
            return [*lines, _cut_short(line, width, measure)], False
        lines.append(line)
        line = word
    return [*lines, line] if line else lines, True


def in_visual_order(line: str, font_of: FontOf, *, right_to_left: bool) -> list[Part]:
    """The parts of a line from left to right; `right_to_left` is how the whole text runs."""
    letters = clusters(line)
    levels = _levels(letters, base=1 if right_to_left else 0)
    fonts = _fonts(letters, font_of)
    marked = zip(levels, fonts, letters, strict=True)
    parts = [
        (level, Part("".join(letter for _, _, letter in group), font, level % 2 == 1))
        for (level, font), group in groupby(marked, key=lambda item: (item[0], item[1]))
    ]
    for level in range(max(levels, default=0), 0, -1):
        parts = list(_with_reversed(parts, level))
    return [part for _, part in parts]


def _words(text: str, width: float, measure: Measure) -> Iterator[tuple[str, str]]:
    """What a line may not be broken within, each with the space before it."""
    for spaced in text.split():
        space = " "
        for unspaced, group in groupby(clusters(spaced), key=lambda c: is_unspaced(c[0])):
            letters = list(group)
            for piece in letters if unspaced else ["".join(letters)]:
                for cut in _cut(piece, width, measure):
                    yield space, cut
                    space = ""


def _cut(word: str, width: float, measure: Measure) -> Iterator[str]:
    """A word in pieces that each fit into a line."""
    if measure(word) <= width:
        yield word
        return
    piece = ""
    for letter in clusters(word):
        if piece and measure(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _cut_short(line: str, width: float, measure: Measure) -> str:
    letters = clusters(line)
    while len(letters) > 1 and measure("".join(letters).rstrip() + ELLIPSIS) > width:
        letters.pop()
    return "".join(letters).rstrip() + ELLIPSIS


def _belongs_to_the_last(letter: str) -> bool:
    return (
        unicodedata.category(letter)[0] == "M"
        or letter in "\u200c\u200d\u200e\u200f\u061c"
        or "\U0001f3fb" <= letter <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= letter <= "\U000e007f"  # the tags of a flag
    )


def _draws_in(last: str, letter: str) -> bool:
    """Whether what came last takes a letter in: joined, as a flag, or as no line may end there."""
    if last.endswith("\u200d") or (len(last) == 1 and _is_regional(last) and _is_regional(letter)):
        return True
    return len(last) < _TOGETHER and (last[-1] in _NEVER_LAST or letter in _NEVER_FIRST)


# Of scripts without spaces: what no line begins or ends with, and how much that keeps together.
_NEVER_FIRST = "、。\uff0c\uff0e\uff1a\uff1b\uff01\uff1f\uff09」』】〉》ー々"
_NEVER_LAST = "\uff08「『【〈《เแโใไເແໂໃໄ"
_TOGETHER = 4


def _is_regional(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _fonts(letters: Sequence[str], font_of: FontOf) -> list[str]:
    """The font of each letter; a space has that of what it follows, unless that is a picture."""
    found = list[str]()
    for letter in letters:
        keeps = letter.isspace() and found and found[-1] != EMOJI
        found.append(found[-1] if keeps else font_of(letter))
    return found


def _levels(letters: Sequence[str], base: int) -> list[int]:
    """How deep each letter is embedded: odd ones run from right to left."""
    sides = _sides([unicodedata.bidirectional(letter[0]) for letter in letters], base)
    return [_level(side, base) for side in sides]


def _level(side: int, base: int) -> int:
    if side == _RIGHT:
        return 1
    return 0 if side == _LEFT and base == 0 else 2


_LEFT, _RIGHT, _NUMBER, _NEUTRAL = 0, 1, 2, 3


def _sides(directions: Sequence[str], base: int) -> list[int]:
    """On which side each letter is, once what has no direction of its own has found one."""
    sides, strong = list[int](), base
    for direction in directions:
        if direction in ("L", "R", "AL"):
            strong = _LEFT if direction == "L" else _RIGHT
            sides.append(strong)
        elif direction in ("EN", "AN"):
            sides.append(_LEFT if direction == "EN" and strong == _LEFT else _NUMBER)
        else:
            sides.append(_NEUTRAL)
    found = list[int]()
    for side, group in groupby(enumerate(sides), key=lambda item: item[1]):
        places = [place for place, _ in group]
        before, behind = (_side_of(sides, place, base) for place in (places[0] - 1, places[-1] + 1))
        of_both = before if before == behind else base
        found += [of_both if side == _NEUTRAL else side] * len(places)
    return found


def _side_of(sides: Sequence[int], place: int, base: int) -> int:
    """The side that a neighbour speaks for: numbers count as running from right to left."""
    if not 0 <= place < len(sides):
        return base
    return _RIGHT if sides[place] == _NUMBER else sides[place]


def _with_reversed(parts: Sequence[tuple[int, Part]], level: int) -> Iterator[tuple[int, Part]]:
    for deep, group in groupby(parts, key=lambda item: item[0] >= level):
        inside = list(group)
        yield from inside[::-1] if deep else inside
