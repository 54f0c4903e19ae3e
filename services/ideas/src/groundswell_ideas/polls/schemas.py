"""HTTP shapes of polls: their rules as a brand states them, and a poll as everybody reads it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Annotated, Literal, Self, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo, field_validator

from groundswell_contracts.poll_rules import PollRules as FrozenRules
from groundswell_ideas.polls.events import rules_to
from groundswell_ideas.polls.rules import (
    POLLS_MAXIMUM,
    Eligibility,
    LadderStep,
    Poll,
    PollRules,
    PollTerms,
)
from groundswell_ideas.shapes import Answer, Request

_TIME_ZONES = available_timezones()
_DAY = 86_400

Item = TypeVar("Item")


def _known_time_zone(name: str) -> str:
    if name not in _TIME_ZONES:
        raise ValueError("not a time zone of the IANA database, such as Europe/London")
    return name


def _unique(names: Sequence[Item]) -> Sequence[Item]:
    if len(set(names)) != len(names):
        raise ValueError("each is named once")
    return names


Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=64, pattern=r"^[^\s\x00-\x1f\x7f]+( [^\s\x00-\x1f\x7f]+)*$"
    ),
]
"""The name of a segment, region or channel: words with single spaces between them."""

PollName = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")
]
TimeZone = Annotated[
    str,
    StringConstraints(max_length=64),
    AfterValidator(_known_time_zone),
    Field(examples=["Europe/London"]),
]
Whole = Annotated[int, Field(strict=True)]
Weight = Annotated[Whole, Field(ge=1, le=1_000_000)]


class EligibilityBody(Request):
    """Who may vote: everybody who is signed in and meets each condition that is set."""

    invited_only: bool = False
    segments: Annotated[tuple[Name, ...], Field(max_length=300), AfterValidator(_unique)] = ()
    regions: Annotated[
        tuple[Name, ...], Field(max_length=300, examples=[["GB", "IE"]]), AfterValidator(_unique)
    ] = ()
    account_age_seconds: Annotated[Whole, Field(ge=0, le=50 * 366 * _DAY)] = 0

    def value(self) -> Eligibility:
        """The conditions."""
        return Eligibility(**self.model_dump())


class LadderStepBody(Request):
    """Votes that an idea must reach, and the seconds that it has from the step before."""

    votes: Annotated[Whole, Field(ge=1, le=10**12)]
    within_seconds: Annotated[Whole, Field(ge=1, le=10 * 366 * _DAY)]


class PollRulesBody(Request):
    """How the votes of a poll count; frozen when it opens.

    In a `standing` poll a vote adds one idea to a voter's ballot, in a `changeable` one it states
    the whole ballot anew. A ballot holds `ideas_per_ballot` ideas, null: any number; a voter has
    one per `period`, which is the poll or a day of `time_zone`. `weights` are those of segments,
    1 for all others. Tallies are shown live, `delay_seconds` late, or hidden until they are
    certified. The first of `channels` is that of votes which name none. Voters can be set aside
    for `review_seconds` after the closing. An idea that misses a step of the `ladder` leaves.
    """

    kind: Literal["standing", "changeable"] = "standing"
    ideas_per_ballot: Annotated[Whole, Field(ge=1, le=10_000)] | None = 1
    period: Literal["poll", "day"] = "poll"
    time_zone: TimeZone = "UTC"
    weights: dict[Name, Weight] = Field(
        default_factory=dict, max_length=100, examples=[{"members": 3}]
    )
    eligibility: EligibilityBody = EligibilityBody()
    tallies: Literal["live", "delayed", "hidden"] = "live"
    delay_seconds: Annotated[Whole, Field(ge=0, le=7 * _DAY, validate_default=True)] = 0
    channels: Annotated[
        tuple[Name, ...], Field(min_length=1, max_length=16), AfterValidator(_unique)
    ] = ("web",)
    review_seconds: Annotated[Whole, Field(ge=0, le=90 * _DAY)] = 0
    ladder: Annotated[tuple[LadderStepBody, ...], Field(max_length=16)] = ()

    @field_validator("delay_seconds")
    @classmethod
    def _fits_the_tallies(cls, seconds: int, before: ValidationInfo) -> int:
        if (before.data.get("tallies") == "delayed") != (seconds > 0):
            raise ValueError("a delay belongs to delayed tallies, and they to it")
        return seconds

    @field_validator("ladder")
    @classmethod
    def _fits_the_rest(
        cls, steps: tuple[LadderStepBody, ...], before: ValidationInfo
    ) -> tuple[LadderStepBody, ...]:
        if not steps:
            return steps
        said = before.data
        if said.get("kind") != "standing" or said.get("ideas_per_ballot") is not None:
            raise ValueError("a ladder needs a standing poll without ideas_per_ballot")
        if said.get("period") != "poll" or said.get("tallies") != "live":
            raise ValueError("a ladder needs a poll that counts per poll and shows its tally live")
        if any(later.votes <= step.votes for step, later in pairwise(steps)):
            raise ValueError("each step of a ladder asks for more votes than the one before")
        return steps

    def value(self) -> PollRules:
        """The rules."""
        said = self.model_dump(exclude={"eligibility", "ladder"})
        steps = tuple(LadderStep(step.votes, step.within_seconds) for step in self.ladder)
        return PollRules(**said, eligibility=self.eligibility.value(), ladder=steps)


class PollBody(Request):
    """A poll that opens with the vote, with the whole shortlist on its ballot."""

    name: Annotated[PollName, Field(examples=["Scotland"])] = ""
    rules: PollRulesBody = PollRulesBody()

    def value(self) -> PollTerms:
        """What the contest promises of the poll."""
        return PollTerms(self.name, self.rules.value())


def _told_apart(polls: list[PollBody]) -> list[PollBody]:
    if len({poll.name for poll in polls}) != len(polls):
        raise ValueError("each poll has a name of its own")
    return polls


PollBodies = Annotated[
    list[PollBody], Field(min_length=1, max_length=POLLS_MAXIMUM), AfterValidator(_told_apart)
]


class PollAnswer(Answer):
    """A poll of a contest; `id` and `closes_at` are null until it opens.

    `region` is the one whose ideas it is about, null: all. Voting tells what is on its ballot, and
    how it stands.
    """

    id: str | None
    name: str
    region: str | None = None
    rules: FrozenRules
    closes_at: datetime | None
    paused: bool

    @classmethod
    def of(cls, poll: Poll | PollTerms) -> Self:
        """The answer that shows this poll, be it open or only promised."""
        rules = rules_to(poll.rules)
        if isinstance(poll, PollTerms):
            return cls(id=None, name=poll.name, rules=rules, closes_at=None, paused=False)
        return cls(
            id=poll.id,
            name=poll.name,
            region=poll.region,
            rules=rules,
            closes_at=poll.closes_at,
            paused=poll.paused,
        )
