"""How a contest's way is told: its steps, its phase in words, what its vote means. Pure."""

from collections.abc import Collection, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Step:
    """One step on a contest's way; `when` is a moment or a day, and `word` says which."""

    name: str
    state: StepState
    word: str = ""
    when: datetime | date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What steps are told from: the phase of now, when each was entered, and what was promised.

    `phases` are those that the contest comes to by its programme.
    """

    phase: str
    reached: Mapping[str, datetime]
    submission_closes_at: datetime | None
    voting_opens_at: datetime | None
    voting_closes_at: datetime | None
    answer_by: date | None
    phases: Collection[str] = ORDER


def steps(course: Course) -> Sequence[Step]:
    """The way of a contest, from ideas to what was made of them, as far as it comes to that.

    None are told of a contest in a phase that is not known here.
    """
    if course.phase not in ORDER:
        return []
    ideas_while_voting = "submission" not in course.phases
    told = (
        ("Ideas", ("submission",), course.submission_closes_at, None),
        ("Review", ("moderation",), course.voting_opens_at, None),
        (
            "Ideas and support" if ideas_while_voting else "Vote",
            ("voting",),
            course.voting_closes_at,
            course.voting_opens_at,
        ),
        ("Decision", ("deliberation",), course.answer_by, None),
        ("Delivery", ("decided", "delivery"), None, None),
    )
    return [
        _step(course, name, phases, until, since)
        for name, phases, until, since in told
        if not set(phases).isdisjoint(course.phases) or course.phase in phases
    ]


def _step(
    course: Course,
    name: str,
    phases: Sequence[str],
    until: datetime | date | None = None,
    since: datetime | None = None,
) -> Step:
    now = ORDER.index(course.phase)
    is_answer = until is not None and until is course.answer_by
    if course.phase in phases:
        word = "by" if is_answer else "until"
        return Step(name, "current", word, until) if until else Step(name, "current")
    if now > ORDER.index(phases[-1]):
        ended = next((course.reached[p] for p in _after(phases[-1]) if p in course.reached), None)
        return Step(name, "done", "ended", ended) if ended else Step(name, "done")
    if is_answer:
        return Step(name, "ahead", "by", until)
    return Step(name, "ahead", "from", since) if since else Step(name, "ahead")


def _after(phase: str) -> Sequence[str]:
    return ORDER[ORDER.index(phase) + 1 :]


def is_under_way(phase: str) -> bool:
    """Whether people can still take part in a contest, or wait for its decision."""
    return phase in ("submission", "moderation", "voting", "deliberation")
