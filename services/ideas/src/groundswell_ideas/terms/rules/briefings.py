"""What a brand's own staff are told of a contest, before everybody else. Pure."""

from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.terms.rules import Terms


@dataclass(frozen=True, slots=True)
class Briefing:
    """What staff were told of a contest, and when; without `words`, in those for any contest."""

    title: str
    words: str | None
    told_at: datetime


def is_up_to_date(briefing: Briefing | None, terms: Terms) -> bool:
    """Whether staff were told what these terms say to them."""
    return briefing is not None and (briefing.title, briefing.words) == _said(terms)


def brought_up_to_date(briefing: Briefing | None, terms: Terms, at: datetime) -> Briefing:
    """The briefing by these terms: as it was if it says the same, else a new one, told `at`."""
    if briefing is not None and is_up_to_date(briefing, terms):
        return briefing
    return Briefing(*_said(terms), told_at=at)


def _said(terms: Terms) -> tuple[str, str | None]:
    return terms.title, terms.staff_words
