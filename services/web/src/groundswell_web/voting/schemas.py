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
    """An idea's place; equal votes share a rank."""

    idea_id: str
    votes: int
    rank: int


class Standings(Shape):
    """How a poll stands, and how much of the votes log that rests on."""

    status: str
    counted_up_to: datetime | None
    not_counted_yet: int | None
    votes: int
    ideas: list[Standing]


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
