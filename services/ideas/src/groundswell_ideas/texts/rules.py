"""Text as people type it, made safe to show anywhere. Pure; called by the HTTP shapes and imports.

Text is text: markup stays as it was typed, and whoever shows it escapes it. What nobody sees and
what changes how the text around it reads is taken out; what tries too hard is refused.
"""

import re
import unicodedata
from typing import NamedTuple

HIDDEN_ALLOWED = 20
"""Hidden characters that a text may lose without a word, and a tenth of its length if that is more.

Pasted text brings a few. A text that is full of them was made to deceive or to break something.
"""

MARKS_ALLOWED = 8
"""Combining marks on one letter. Pointed Hebrew needs five; piles of more cover other lines."""


class Fault(NamedTuple):
    """Why a text is refused: the rule's slug, and the rule in words."""

    rule: str
    message: str


def plain(text: str) -> str:
    """The text without what is hidden, in NFC, lines ended by a newline. A repeat changes nothing.

    Kept are tabs and newlines, joiners where a script or an emoji is written with them, direction
    marks in text that runs from right to left, one variation selector for a character.
    """
    text = _LINE_END.sub("\n", text).replace("\u2800", " ")  # a blank that looks like nothing
    # Taking something out makes new neighbours, and what stays depends on them.
    for _ in range(_PASSES):
        shorter = _without_hidden(text)
        if shorter == text:
            return text
        text = shorter
    # Nobody types a chain in which each one only holds up the next.
    return _without_hidden(_HELD_UP.sub("", text))


def one_line(text: str) -> str:
    """The same as `plain`, with single spaces for all white space."""
    return _SPACE.sub(" ", plain(text)).strip(" ")


def faults(text: str) -> list[Fault]:
    """What is wrong with a text as it was typed beyond what `plain` takes out in silence."""
    found = []
    hidden = sum(len(match[0]) for match in _HIDDEN.finditer(text))
    if hidden > max(HIDDEN_ALLOWED, len(text) // 10):
        found.append(Fault("hidden-characters", "holds too many characters that nobody sees"))
    if _PILE.search(unicodedata.normalize("NFC", text)):
        found.append(Fault("combining-marks", "holds letters with too many marks on them"))
    return found


def holds_hidden(text: str) -> bool:
    """Whether `plain` would take something out."""
    return _HIDDEN.search(text) is not None


def _without_hidden(text: str) -> str:
    text = unicodedata.normalize("NFC", _HIDDEN.sub("", text))
    return text if _RIGHT_TO_LEFT.search(text) else _DIRECTION_MARK.sub("", text)


_SPACE = re.compile(r"\s+")
_LINE_END = re.compile("\r\n|[\r\u0085\u2028\u2029]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff]")
_DIRECTION_MARK = re.compile("[\u061c\u200e\u200f]")

# Scripts from Hebrew to Khmer and Mongolian, where joiners decide about the shape of letters.
_JOINING = "\u0590-\u109f\u1780-\u18af\ua800-\uabff"
# What an emoji consists of: pictures, skin tones, and the variation selector.
_PICTURE = "\u2190-\u2bff\u3030\u303d\u3297\u3299\ufe0f\U0001f000-\U0001faff"

_SELECTOR = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
# The tags that spell a flag (of England, of Scotland) follow the black flag, six at most.
_TAG = "\U000e0020-\U000e007f"

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"  # controls but tab and line ends
    "|[\u202a-\u202e\u2066-\u2069]"  # embeddings, overrides and isolates
    "|[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060-\u2065\u206a-\u206f\u3164\uffa0]"
    "|[\ufeff\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a]"
    f"|(?<![{_JOINING}])\u200c|\u200c(?![{_JOINING}])"
    f"|(?<![{_JOINING}{_PICTURE}])\u200d|\u200d(?![{_JOINING}{_PICTURE}])"
    f"|(?<=[{_SELECTOR}])[{_SELECTOR}]|(?<![^\\s])[{_SELECTOR}]"
    f"|(?<![\U0001f3f4{_TAG}])[{_TAG}]+|(?<=\U0001f3f4)[{_TAG}]{{7,}}"
    "|[\U000e0000-\U000e001f\U000e0080-\U000e00ff\U000e01f0-\U000e0fff]"
    "|[\ue000-\uf8ff\U000f0000-\U0010ffff]"  # private use: nobody else sees the same
    "|[\ufdd0-\ufdef\ufffe\uffff]"  # no characters
)

# What stays or goes by its neighbours.
_HELD_UP = re.compile(f"[\u200c\u200d{_SELECTOR}{_TAG}]")
_PASSES = 4

_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_PILE = re.compile(f"{_MARK}{{{MARKS_ALLOWED + 1}}}")
