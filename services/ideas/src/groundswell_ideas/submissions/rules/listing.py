"""How ideas are found again: by what they are filed under, and by their words. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import Literal

from groundswell_ideas.submissions.rules import Idea, Status

TERMS_MAXIMUM = 150
"""Words of an idea by which it can be found; those of the title come first."""

ASKED_MAXIMUM = 8
"""Words that a search looks for; more are left out."""

LIST_MILLISECONDS = 2_000
"""A list that takes longer is given up; only a search for very frequent words can."""

FREQUENT = 2_500
"""How far a word's ideas are counted. Of two more frequent words of 100,000 ideas a page is found
among fewer than these, whichever of them the index is searched by."""

ALL = ""
"""The facet of every idea."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which ideas of a contest somebody asks for, and in which order; None: any."""

    order: Literal["oldest", "newest", "shuffled"] = "oldest"
    seed: str | None = None
    status: Status | None = None
    category: str | None = None
    region: str | None = None
    remix_of: str | None = None
    briefs: bool = False
    search: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """An idea in a list; its `id` says where the list goes on behind it."""

    id: str
    idea: Idea


def filters_of(asked: Asked) -> str:
    """What tells lists of one contest apart, in a few letters."""
    return hashlib.blake2b(repr(astuple(asked)).encode(), digest_size=6).hexdigest()


def facet(
    category: str | None = None,
    region: str | None = None,
    remix_of: str | None = None,
    *,
    briefs: bool = False,
) -> str:
    """What a list with these filters is filed under; remixes are listed by their parent alone.

    No list has both ideas and briefs.
    """
    if remix_of is not None:
        return f"remix {remix_of}"
    kind = "brief\n" if briefs else ALL
    if category is None and region is None:
        return kind
    place = "" if category is None else f"c {category}"
    return f"{kind}{place}\n{'' if region is None else f'r {region}'}"


def facets_of(idea: Idea) -> list[str]:
    """All that an idea is filed under: one index entry serves each combination of filters.

    What never came in is filed under nothing.
    """
    if idea.came is None:
        return []
    found = {
        facet(category, region, briefs=idea.brief)
        for category in (None, idea.category)
        for region in (None, idea.region)
    }
    if idea.parent_idea_id is not None:
        found.add(facet(remix_of=idea.parent_idea_id))
    return sorted(found)


def terms_of(idea: Idea) -> list[str]:
    """The words by which an idea can be found: of its title, its summary and its fields.

    There are none of what never came in, and of briefs.
    """
    if idea.came is None or idea.brief:
        return []
    fields = (value for value in idea.fields.values() if isinstance(value, str))
    found: dict[str, None] = {}
    for text in (idea.title, idea.summary, *fields):
        for term in _terms(text):
            found[term] = None
            if len(found) == TERMS_MAXIMUM:
                return list(found)
    return list(found)


def asked_terms(search: str) -> list[str]:
    """The words that a search looks for; an idea is found by all of them."""
    return list(dict.fromkeys(_terms(search)))[:ASKED_MAXIMUM]


def _terms(text: str) -> Iterator[str]:
    """Words without case and marks; scripts without spaces give pairs of letters instead."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    folded = unicodedata.normalize("NFKC", bare)
    for match in _WORD.finditer(folded):
        if match["unspaced"] is None:
            yield match[0][:_TERM_LETTERS]
        elif len(match[0]) == 1:
            yield match[0]
        else:
            yield from (match[0][n : n + 2] for n in range(len(match[0]) - 1))


_TERM_LETTERS = 40
# Chinese, Japanese, Thai, Lao, Khmer and Burmese are written without spaces between words.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(f"(?P<unspaced>[{_UNSPACED}]+)|[^\\W_{_UNSPACED}]+")
