"""HTTP shapes of standings."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel


class Standing(BaseModel):
    """An idea's place. Equal votes share a rank, and the ranks after them are left out."""

    idea_id: str
    votes: int
    rank: int


class Standings(BaseModel):
    """How a poll stands, and how much of the log that rests on.

    `counted_up_to` is the broker's time (UTC) of the last record counted; `not_counted_yet` how
    many recorded log entries, of all polls, are waiting; None when Kafka does not tell.
    """

    poll_id: str
    status: Literal["live", "certified"]
    counted_up_to: AwareDatetime | None
    not_counted_yet: int | None
    votes: int
    ideas: list[Standing]
