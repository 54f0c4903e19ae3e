"""What a contest is and when it may enter its next phase. Pure; called by the commands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Literal, NamedTuple

from groundswell_ideas.polls.rules import BALLOTS_MAXIMUM, Poll, PollTerms

Phase = Literal[
    "draft",
    "submission",
    "moderation",
    "voting",
    "deliberation",
    "decided",
    "delivery",
    "closed",
]
VoteStanding = Literal["advisory", "binding"]

NEXT_PHASES: Mapping[Phase, tuple[Phase, ...]] = {
    "draft": ("submission",),
    "submission": ("moderation", "voting"),
    "moderation": ("voting",),
    "voting": ("deliberation",),
    "deliberation": ("decided",),
    "decided": ("delivery",),
    "delivery": ("closed",),
    "closed": (),
}


class Obstacle(NamedTuple):
    """Why something cannot be done now: what stands in the way, its rule's slug, and in words."""

    field: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Timetable:
    """When a contest takes submissions and votes, in UTC. Raises ValueError when out of order."""

    submission_closes_at: datetime
    voting_opens_at: datetime
    voting_closes_at: datetime

    def __post_init__(self) -> None:
        if not self.submission_closes_at <= self.voting_opens_at < self.voting_closes_at:
            raise ValueError(
                "the order is submission_closes_at, voting_opens_at, then voting_closes_at"
            )


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of its currency (ISO 4217): 500 pounds are 50,000 GBP."""

    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RewardPlan:
    """What each winner is promised, under the terms that a winner has to accept."""

    per_winner: Money
    terms: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a contest promises; a draft may leave open all but its title and its vote.

    The brand may overrule an `advisory` vote and must obey a `binding` one. `answer_by` is the
    day by which everybody hears the outcome. Without a `reward_plan` winners get no money.
    `polls` open together, each with the whole shortlist on its ballot.
    """

    title: str
    vote: VoteStanding
    owner: str | None = None
    rules: str | None = None
    timetable: Timetable | None = None
    answer_by: date | None = None
    reward_plan: RewardPlan | None = None
    polls: tuple[PollTerms, ...] = (PollTerms(),)


@dataclass(frozen=True, slots=True)
class PhaseReached:
    """A phase that a contest has entered, and when."""

    phase: Phase
    reached_at: datetime


@dataclass(frozen=True, slots=True)
class Veto:
    """An idea that the brand ruled out, with the reason that everybody reads.

    `was_selected` tells that the idea was a winner until then.
    """

    idea_id: str
    reason: str
    vetoed_at: datetime
    was_selected: bool = False


@dataclass(frozen=True, slots=True)
class Winner:
    """An idea that the brand selected; `rank` is its place in the tally, None if it has none."""

    idea_id: str
    reason: str
    rank: int | None
    selected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """A contest of a brand. `phases` starts with the draft and ends with the phase of now.

    `polls` are those that have opened, in that order; `amendments` counts what was changed since.
    `version` grows by one with every change, so that whoever changes a contest can say which
    state of it they have seen.
    """

    brand_id: str
    id: str
    version: int = 1
    terms: Terms
    phases: tuple[PhaseReached, ...]
    polls: tuple[Poll, ...] = ()
    amendments: int = 0
    shortlist: tuple[str, ...] = ()
    vetoes: tuple[Veto, ...] = ()
    winners: tuple[Winner, ...] = ()

    @property
    def phase(self) -> Phase:
        """The phase that the contest is in."""
        return self.phases[-1].phase

    @property
    def opened_at(self) -> datetime | None:
        """When everybody could see it for the first time; None for a draft."""
        return self.phases[1].reached_at if len(self.phases) > 1 else None

    @property
    def timetable(self) -> Timetable:
        """The timetable that the contest was opened with. Raises ValueError for a draft without."""
        if self.terms.timetable is None:
            raise ValueError(f"{self.id} has no timetable yet")
        return self.terms.timetable

    @property
    def voting_closes_at(self) -> datetime:
        """When the last poll closes, as amended; before the vote, as the timetable has it."""
        closings = [poll.closes_at for poll in self.polls]
        return max(closings, default=self.timetable.voting_closes_at)

    @property
    def deciding_poll(self) -> Poll | None:
        """The poll that decides: the last one that an amendment opened, else the first one."""
        if len(self.polls) > len(self.terms.polls):
            return self.polls[-1]
        return self.polls[0] if self.polls else None


def may_see(contest: Contest, staff_of: str | None) -> bool:
    """Whether somebody may know of a contest; `staff_of` is the brand they work for, if any."""
    return contest.phase != "draft" or contest.brand_id == staff_of


def obstacles_to_editing(contest: Contest) -> list[Obstacle]:
    """What keeps a contest's terms from being changed: they are frozen once it has opened."""
    if contest.phase == "draft":
        return []
    return [Obstacle("phase", "frozen", "a contest's terms are frozen once it has opened")]


def obstacles_to_entering(contest: Contest, phase: Phase, now: datetime) -> list[Obstacle]:
    """Everything that keeps a contest from a phase; empty when it may enter."""
    allowed = NEXT_PHASES[contest.phase]
    if phase not in allowed:
        onward = f"only to {' or '.join(allowed)}" if allowed else "nowhere"
        return [Obstacle("to", "order", f"from {contest.phase} a contest goes {onward}")]
    guard = _GUARDS.get(phase)
    return guard(contest, now) if guard else []


def enter(contest: Contest, phase: Phase, at: datetime) -> Contest:
    """The contest in its next phase."""
    phases = (*contest.phases, PhaseReached(phase, at))
    return replace(contest, version=contest.version + 1, phases=phases)


def with_polls(contest: Contest, poll_ids: Sequence[str]) -> Contest:
    """A contest that enters voting, with its polls open; an id for each one that it promises."""
    opened = tuple(
        Poll(
            id=poll_id,
            name=poll.name,
            rules=poll.rules,
            idea_ids=contest.shortlist,
            closes_at=contest.timetable.voting_closes_at,
        )
        for poll_id, poll in zip(poll_ids, contest.terms.polls, strict=True)
    )
    return replace(contest, polls=opened)


def with_terms(contest: Contest, terms: Terms) -> Contest:
    """The contest with other terms."""
    return replace(contest, version=contest.version + 1, terms=terms)


def _obstacles_to_opening(contest: Contest, now: datetime) -> list[Obstacle]:
    terms = contest.terms
    promised = {
        "owner": terms.owner,
        "rules": terms.rules,
        "timetable": terms.timetable,
        "answer_by": terms.answer_by,
    }
    found = [
        Obstacle(field, "missing", f"a contest without {field} cannot open")
        for field, value in promised.items()
        if value is None
    ]
    if terms.timetable is None:
        return found
    if terms.timetable.submission_closes_at <= now:
        message = "the time for submissions is over before it begins"
        found.append(Obstacle("timetable.submission_closes_at", "past", message))
    last_voting_day = terms.timetable.voting_closes_at.astimezone(UTC).date()
    if terms.answer_by is not None and terms.answer_by < last_voting_day:
        found.append(Obstacle("answer_by", "order", "the answer is due before the voting closes"))
    return found


def _obstacles_to_voting(contest: Contest, now: datetime) -> list[Obstacle]:
    found = []
    if not contest.shortlist:
        found.append(Obstacle("shortlist", "missing", "a vote needs an idea on the shortlist"))
    if contest.timetable.voting_closes_at <= now:
        message = "the time for voting is over before it begins"
        found.append(Obstacle("timetable.voting_closes_at", "past", message))
    if len(contest.shortlist) * len(contest.terms.polls) > BALLOTS_MAXIMUM:
        message = f"the ballots of a contest hold {BALLOTS_MAXIMUM:,} ideas together at most"
        found.append(Obstacle("polls", "maximum", message))
    return found


def _obstacles_without_winners(contest: Contest, _now: datetime) -> list[Obstacle]:
    if contest.winners:
        return []
    return [Obstacle("winners", "missing", "no winner stands selected")]


_GUARDS: Mapping[Phase, Callable[[Contest, datetime], list[Obstacle]]] = {
    "submission": _obstacles_to_opening,
    "voting": _obstacles_to_voting,
    "decided": _obstacles_without_winners,
    "delivery": _obstacles_without_winners,
}
