"""The frozen rules of a poll, as they stand in contests, in the votes log and in the tally."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from groundswell_contracts.event import Data

Name = Annotated[str, Field(min_length=1, max_length=64)]
Weight = Annotated[int, Field(ge=1, le=1_000_000)]


class Eligibility(Data):
    """Who may vote: everybody who is signed in and meets each condition that is set.

    `invited_only` asks for a place on the poll's electoral roll, `segments` for one of these
    segments there, `regions` for one of these regions, `account_age_seconds` for an account that
    is that old.
    """

    invited_only: bool = False
    segments: tuple[Name, ...] = ()
    regions: tuple[Name, ...] = ()
    account_age_seconds: Annotated[int, Field(ge=0)] = 0


class LadderStep(Data):
    """Votes that an idea must reach, and the time that it has from the step before (seconds)."""

    votes: Annotated[int, Field(ge=1)]
    within_seconds: Annotated[int, Field(ge=1)]


class PollRules(Data):
    """How the votes of one poll count.

    In a standing poll a vote adds one idea to a voter's ballot; in a changeable one it states the
    whole ballot anew. A ballot holds `ideas_per_ballot` ideas at most, None: any number; a voter
    has one per period, which is the poll or a day of `time_zone`. `weights` gives the weight of a
    vote by segment, 1 where a segment is not named. Tallies are shown live, `delay_seconds` late,
    or only when they are certified. `review_seconds` lie between closing and sealing at least, so
    that voters can be set aside. An idea that misses a step of the `ladder` leaves the ballot
    while people vote.
    """

    kind: Literal["standing", "changeable"] = "standing"
    ideas_per_ballot: Annotated[int, Field(ge=1, le=10_000)] | None = 1
    period: Literal["poll", "day"] = "poll"
    time_zone: Name = "UTC"
    weights: dict[Name, Weight] = Field(default_factory=dict)
    eligibility: Eligibility = Eligibility()
    tallies: Literal["live", "delayed", "hidden"] = "live"
    delay_seconds: Annotated[int, Field(ge=0, le=7 * 86_400)] = 0
    channels: Annotated[tuple[Name, ...], Field(min_length=1, max_length=16)] = ("web",)
    review_seconds: Annotated[int, Field(ge=0, le=90 * 86_400)] = 0
    ladder: Annotated[tuple[LadderStep, ...], Field(max_length=16)] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.tallies == "delayed") != (self.delay_seconds > 0):
            raise ValueError("delay_seconds belongs to delayed tallies, and they to it")
        if not self.ladder:
            return self
        if self.kind != "standing" or self.ideas_per_ballot is not None or self.period != "poll":
            raise ValueError("a ladder needs a standing poll without a limit, counted per poll")
        if self.tallies != "live":
            raise ValueError("a ladder shows its tallies live")
        if any(later.votes <= step.votes for step, later in pairwise(self.ladder)):
            raise ValueError("each step of a ladder asks for more votes than the one before")
        return self
