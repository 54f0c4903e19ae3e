"""What a brand goes through before it opens a contest. Pure; called by the queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.contests.phases import obstacles_to_entering
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.terms.rules import Money, Obstacle, Terms
from groundswell_ideas.terms.rules.briefings import is_up_to_date

Words = tuple[Callable[[Terms], str], str]
"""What is said of a term that is there, which is empty when it is not, and of one that is not."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing that participants are to be told, in words; `needed` before the opening."""

    name: str
    present: bool
    needed: bool
    words: str


@dataclass(frozen=True, slots=True)
class StaffTold:
    """When the brand's staff were told of the contest, if they were, and in words how that stands.

    It is not `up_to_date` before, nor once the contest says something else to them.
    """

    told_at: datetime | None
    up_to_date: bool
    words: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """The sheet: each promise, present or missing, and all that stands in the way of opening."""

    promises: tuple[Promise, ...]
    staff: StaffTold
    obstacles: tuple[Obstacle, ...]


def readiness(contest: Contest, now: datetime) -> Readiness:
    """How ready a draft is; a contest that has opened has nothing in its way."""
    obstacles: list[Obstacle] = []
    if contest.phase == "draft":
        (opening, *_) = contest.programme.step("draft").onward
        obstacles = obstacles_to_entering(contest, opening, now)
    return Readiness(
        promises=tuple(_promise(contest, name) for name in _on_the_sheet(contest)),
        staff=staff_told(contest),
        obstacles=tuple(obstacles),
    )


def staff_told(contest: Contest) -> StaffTold:
    """Whether and when the brand's staff were told of a contest."""
    briefing = contest.briefing
    if briefing is None:
        words = "Staff are told right before the contest opens, if no manager tells them sooner."
        return StaffTold(None, up_to_date=False, words=words)
    up_to_date, words = is_up_to_date(briefing, contest.terms), "Staff were told"
    words += f" on {briefing.told_at:%Y-%m-%d %H:%M} UTC"
    words += "." if up_to_date else ", in other words: they are told again before it opens."
    return StaffTold(briefing.told_at, up_to_date, words)


def _on_the_sheet(contest: Contest) -> Iterable[str]:
    """What every contest is asked for, and what its programme promises besides."""
    return dict.fromkeys((*_WORDS, *contest.programme.promises))


def _promise(contest: Contest, name: str) -> Promise:
    told, missing = _WORDS.get(name) or _BESIDES.get(name) or _by_name(name)
    words = told(contest.terms)
    needed = name == "vote" or name in contest.programme.promises
    return Promise(name, bool(words), needed, words or missing)


def _timetable(terms: Terms) -> str:
    if terms.timetable is None:
        return ""
    said = {
        "ideas until": terms.timetable.submission_closes_at,
        "votes from": terms.timetable.voting_opens_at,
        "votes until": terms.timetable.voting_closes_at,
    }
    parts = [f"{words} {at:%Y-%m-%d %H:%M} UTC" for words, at in said.items() if at is not None]
    return f"Everybody reads the timetable: {', '.join(parts) or 'always open'}."


def _money(money: Money) -> str:
    return f"{money.amount_minor:,} {money.currency} in minor units"


def _by_name(name: str) -> Words:
    """The words for a term that only a brand's own template promises."""
    return lambda terms: f"{name} is said." if getattr(terms, name) else "", f"{name} is not said."


_VOTES = {
    "advisory": "The vote is advisory: the brand may overrule it, and says why.",
    "binding": "The vote is binding: the brand obeys it, but for a veto with a public reason.",
}
_WORDS: dict[str, Words] = {
    "owner": (
        lambda t: f"{t.owner} answers for the contest." if t.owner else "",
        "Nobody is named who answers for the contest.",
    ),
    "people": (
        lambda t: f"Who will act on it: {', '.join(t.people)}." if t.people else "",
        "Nobody is named who will act on what comes in.",
    ),
    "staff_words": (
        lambda t: "Staff read of it first, in their own words." if t.staff_words else "",
        "There are no words of their own for the brand's staff, who hear first.",
    ),
    "rules": (
        lambda t: "The rules are written down." if t.rules else "",
        "There are no rules to read.",
    ),
    "timetable": (_timetable, "There is no timetable."),
    "vote": (lambda t: _VOTES[t.vote], "Advisory or binding is not said."),
    "answer_by": (
        lambda t: f"Everybody hears the outcome by {t.answer_by}." if t.answer_by else "",
        "There is no day by which everybody hears the outcome.",
    ),
    "reward_budget": (
        lambda t: (
            f"There is a budget for rewards: {_money(t.reward_budget)}." if t.reward_budget else ""
        ),
        "There is no budget for rewards.",
    ),
}
_BESIDES: dict[str, Words] = {
    "categories": (
        lambda t: f"Ideas belong to {', '.join(t.categories)}." if t.categories else "",
        "There are no categories.",
    ),
    "regions": (
        lambda t: (
            f"There is a variant for {', '.join(r.name for r in t.regions)}." if t.regions else ""
        ),
        "No region is named.",
    ),
    "prizes": (
        lambda t: f"Promised: {', '.join(p.name for p in t.prizes)}." if t.prizes else "",
        "No prize is named.",
    ),
}
