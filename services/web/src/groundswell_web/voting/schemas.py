"""What voting and its ballot boxes say."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from groundswell_web.answers import Shape


class Eligibility(Shape):
    """Who may vote: everybody who meets each condition that is set."""

    invited_only: bool = False
    segments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    account_age_seconds: int = 0

    @property
    def is_limited(self) -> bool:
        return self != Eligibility()


class Rules(Shape):
    """How people vote in a poll: one idea after the other, or a whole ballot that can change."""

    kind: Literal["standing", "changeable"] = "standing"
    ideas_per_ballot: int | None = 1
    period: Literal["poll", "day"] = "poll"
    time_zone: str = "UTC"
    weights: dict[str, int] = Field(default_factory=dict)
    eligibility: Eligibility = Eligibility()


class Poll(Shape):
    """A poll; votes are taken while its stage is `open` and it is not paused."""

    poll_id: str
    stage: str
    paused: bool
    rules: Rules
    idea_ids: list[str]
    closes_at: datetime

    @property
    def takes_votes(self) -> bool:
        return self.stage == "open" and not self.paused


class Standing(Shape):
    """An idea's place; equal votes share a rank. Without figures while the tally is hidden."""

    idea_id: str
    votes: int | None
    rank: int | None


class OutsideFigure(Shape):
    """Votes of an idea elsewhere."""

    idea_id: str
    votes: int


class OutsideLine(Shape):
    """Figures from outside, which are in no total of ours."""

    label: str
    source_url: str | None
    taken_at: datetime
    figures: list[OutsideFigure]


class Standings(Shape):
    """The first places of a poll, and how much of the votes log they rest on.

    `rebuilding`: the count is being made again from the log, and shows less than it did.
    """

    status: str
    counted_up_to: datetime | None
    not_counted_yet: int | None
    rebuilding: bool
    total_votes: int | None
    idea_count: int
    ideas: list[Standing]
    outside: list[OutsideLine]


class PeriodBallot(Shape):
    """What a visitor's vote counts for in one period: the poll, or a day of it.

    `vote_ids` are the receipts behind it. While it is `set_aside` it is in no total.
    """

    period: str
    idea_ids: list[str]
    revision: int | None
    vote_ids: list[str]
    set_aside: bool


class Ballot(Shape):
    """What a visitor's votes count for, by period; none before anything is counted."""

    periods: list[PeriodBallot]


class Receipt(Shape):
    """What became of a vote; `counts_for` are other ideas than it named where those were merged."""

    state: str
    counts_for: tuple[str, ...] = ()


class Pass(Shape):
    """What lets its bearer vote in a poll."""

    permit: str = Field(alias="pass")


class Taken(Shape):
    """A vote that the log has."""

    vote_id: str
