"""What voting and its ballot boxes say."""

from datetime import datetime

from pydantic import Field

from groundswell_web.services import Shape


class Poll(Shape):
    """A poll; votes are taken while its stage is `open`."""

    poll_id: str
    stage: str
    idea_ids: list[str]
    closes_at: datetime

    @property
    def is_open(self) -> bool:
        return self.stage == "open"


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


class Ballot(Shape):
    """What a visitor's vote counts for."""

    idea_ids: list[str]


class Receipt(Shape):
    """What became of a vote."""

    state: str
    idea_id: str | None = None


class Pass(Shape):
    """What lets its bearer vote in a poll."""

    permit: str = Field(alias="pass")


class Taken(Shape):
    """A vote that the log has."""

    vote_id: str
    idea_id: str
