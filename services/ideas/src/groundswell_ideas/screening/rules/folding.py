"""Reads a text as a person does: look-alikes are one letter, spaced-out words come together.

Pure; the word lists and the comparison of texts are built on it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

Lookalikes = Mapping[str, str]
"""Basic Latin letters by the characters that look like them."""

_SYMBOLS = {"0": "o", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "9": "g"} | {
    "@": "a",
    "$": "s",
    "€": "e",
    "£": "l",
    "+": "t",
}
# Stand for an i as well as for an l: a reading takes all of them for one or for the other.
_STROKES = "1|!I"
# Part of a word only inside it: "Wow!", "20+".
_INNER = "!|+"
# Joins pieces of a word where no space is.
_HYPHENS = frozenset("-_*'\N{RIGHT SINGLE QUOTATION MARK}\N{MIDDLE DOT}~/")

_LONGEST_GAP = 3
_FEWEST_SPACED_OUT = 3

# Marks that decorate letters: Latin, Greek, Cyrillic, Hebrew, Arabic. In other scripts they spell.
_DECORATION = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe2f]"
)


class Word(NamedTuple):
    """A way to read text[start:end] as one word, in folded letters.

    One that is `joined` was put together from pieces: it means something only as a whole.
    """

    letters: str
    start: int
    end: int
    joined: bool = False


class _Piece(NamedTuple):
    glyphs: str
    start: int
    end: int


class Folding:
    """Folds texts by one table of look-alikes, which holds no capitals but where they differ."""

    def __init__(self, lookalikes: Lookalikes) -> None:
        self._lookalikes = lookalikes
        self._glyph = lru_cache(maxsize=8_192)(self._folded)

    def skeleton(self, text: str) -> str:
        """The letters and digits of a text, folded, without what stands between them."""
        return "".join(filter(str.isalnum, map(self._glyph, text))).lower()

    def with_marks(self, text: str) -> str:
        """The letters of a word, folded, with the marks that `words` leaves out."""
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        return "".join(self._lookalikes.get(part, part) for part in decomposed)

    def words(self, text: str) -> Iterator[Word]:
        """The words of a text in all readings, and those that are spaced out or hyphenated."""
        pieces = list(self._pieces(text))
        for piece in pieces:
            yield from _readings(piece)
        for spaced_out in _runs(pieces, _is_spaced_out):
            if len(spaced_out) >= _FEWEST_SPACED_OUT:
                yield from _readings(_together(spaced_out))
        for hyphenated in _runs(pieces, lambda left, right: _is_hyphen(text, left, right)):
            if len(hyphenated) > 1:
                for word in _readings(_together(hyphenated)):
                    yield word._replace(joined=True)

    def _pieces(self, text: str) -> Iterator[_Piece]:
        """What stands between spaces and punctuation, each character with its own place."""
        glyphs: list[tuple[str, int]] = []
        for place, character in enumerate(text + " "):
            glyph = self._glyph(character)
            if glyph != " ":
                glyphs.append((glyph, place))
                continue
            while glyphs and (glyphs[-1][0] in _INNER):
                glyphs.pop()
            first = next((n for n, (glyph, _) in enumerate(glyphs) if glyph not in _INNER), None)
            if first is not None:
                whole = "".join(glyph for glyph, _ in glyphs[first:])
                yield _Piece(whole, glyphs[first][1], glyphs[-1][1] + 1)
            glyphs = []

    def _folded(self, character: str) -> str:
        """What a character reads as: letters, a digit, a symbol; a space for what parts words.

        Empty for a decoration and for what nobody sees.
        """
        if character in _SYMBOLS or character in _STROKES:
            return character
        if "\N{HANGUL SYLLABLE GA}" <= character <= "\N{HANGUL SYLLABLE HIH}":
            return character
        decomposed = self._lookalikes.get(character) or unicodedata.normalize("NFKD", character)
        parts = unicodedata.normalize("NFKD", decomposed.casefold())
        letters = "".join(self._lookalikes.get(part) or _letter(part) for part in parts)
        return "".join(letters.split()) or (" " if letters else "")


def _letter(character: str) -> str:
    """A letter, a digit, or a mark that spells; nothing for what nobody sees, else a space."""
    category = unicodedata.category(character)
    if category == "Cf" or _DECORATION.match(character):
        return ""
    return character if category[0] in "LMN" else " "


def _readings(piece: _Piece) -> Iterator[Word]:
    """A piece read as a word; one without letters is a number or a picture."""
    if any(glyph.isalpha() or not glyph.isascii() for glyph in piece.glyphs):
        plain = piece.glyphs.translate(_FROM_SYMBOLS)
        for letter in "il":
            read = plain.translate(_FROM_STROKES[letter])
            if letter == "i" or read != plain:
                yield Word(read, piece.start, piece.end)


def _together(pieces: Sequence[_Piece]) -> _Piece:
    return _Piece("".join(p.glyphs for p in pieces), pieces[0].start, pieces[-1].end)


def _runs(
    pieces: Sequence[_Piece], belong: Callable[[_Piece, _Piece], bool]
) -> Iterator[Sequence[_Piece]]:
    """The pieces cut into runs of neighbours that belong together."""
    start = 0
    for end in range(1, len(pieces) + 1):
        if end == len(pieces) or not belong(pieces[end - 1], pieces[end]):
            yield pieces[start:end]
            start = end


def _is_spaced_out(left: _Piece, right: _Piece) -> bool:
    gap = right.start - left.end
    return len(left.glyphs) == len(right.glyphs) == 1 and gap <= _LONGEST_GAP


def _is_hyphen(text: str, left: _Piece, right: _Piece) -> bool:
    return right.start - left.end == 1 and text[left.end] in _HYPHENS


_FROM_SYMBOLS = str.maketrans(_SYMBOLS)
_FROM_STROKES = {letter: str.maketrans(dict.fromkeys(_STROKES, letter)) for letter in "il"}
