"""How a contest's way is told: its steps, its phase in words, what its vote means. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

ORDER = ("submission", "moderation", "voting", "deliberation", "decided", "delivery", "closed")

PHASES: Mapping[str, str] = {
    "submission": "Taking ideas",
    "moderation": "Preparing the vote",
    "voting": "Voting is open",
    "deliberation": "Votes are in",
    "decided": "Decided",
    "delivery": "Being delivered",
    "closed": "Closed",
}

StepState = Literal["done", "current", "ahead"]

TITLE_CHARACTERS = 200
SUMMARY_CHARACTERS = 5_000


@dataclass(frozen=True, slots=True)
class Step:
    """One step on a contest's way; `when` is a moment or a day, and `word` says which."""

    name: str
    state: StepState
    word: str = ""
    when: datetime | date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What steps are told from: the phase of now, when each was entered, and what was promised."""

    phase: str
    reached: Mapping[str, datetime]
    submission_closes_at: datetime
    voting_opens_at: datetime
    voting_closes_at: datetime
    answer_by: date


def steps(course: Course) -> Sequence[Step]:
    """The way of a contest, from ideas to what was made of them."""
    return (
        _step(course, "Ideas", ("submission",), until=course.submission_closes_at),
        _step(course, "Review", ("moderation",), until=course.voting_opens_at),
        _step(
            course,
            "Vote",
            ("voting",),
            until=course.voting_closes_at,
            since=course.voting_opens_at,
        ),
        _step(course, "Decision", ("deliberation",), until=course.answer_by),
        _step(course, "Delivery", ("decided", "delivery")),
    )


def _step(
    course: Course,
    name: str,
    phases: Sequence[str],
    until: datetime | date | None = None,
    since: datetime | None = None,
) -> Step:
    now = ORDER.index(course.phase)
    if course.phase in phases:
        word = "by" if until is course.answer_by else "until"
        return Step(name, "current", word, until) if until else Step(name, "current")
    if now > ORDER.index(phases[-1]):
        ended = next((course.reached[p] for p in _after(phases[-1]) if p in course.reached), None)
        return Step(name, "done", "ended", ended) if ended else Step(name, "done")
    if until is course.answer_by:
        return Step(name, "ahead", "by", until)
    return Step(name, "ahead", "from", since) if since else Step(name, "ahead")


def _after(phase: str) -> Sequence[str]:
    return ORDER[ORDER.index(phase) + 1 :]


def is_under_way(phase: str) -> bool:
    """Whether people can still take part in a contest, or wait for its decision."""
    return phase in ("submission", "moderation", "voting", "deliberation")


def flaws(title: str, summary: str) -> dict[str, str]:
    """What keeps an idea from being handed in as it is written, by field."""
    found = {}
    if not title:
        found["title"] = "Give your idea a title."
    elif len(title) > TITLE_CHARACTERS:
        found["title"] = f"The title may have {TITLE_CHARACTERS} characters; it has {len(title)}."
    if not summary:
        found["summary"] = "Describe your idea in a few words."
    elif len(summary) > SUMMARY_CHARACTERS:
        found["summary"] = (
            f"The description may have {SUMMARY_CHARACTERS:,} characters; it has {len(summary):,}."
        )
    return found
