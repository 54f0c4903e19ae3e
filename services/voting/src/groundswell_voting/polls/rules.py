"""What a poll is and how it goes on. Pure; used by the commands and the state machine."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PollStage(StrEnum):
    """What has been done of a poll, each step on the one before."""

    PLANNED = "planned"
    OPENED = "opened"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    SEALED = "sealed"
    CERTIFIED = "certified"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll as voting keeps it. `closes_at` is UTC.

    `control_number` is the last control record that every partition has; `writing` is the one
    that may have reached some of them. `announcement_number` is the last one used.
    """

    poll_id: str
    brand_id: str
    contest_id: str
    idea_ids: tuple[str, ...]
    ideas_per_ballot: int
    closes_at: datetime
    stage: PollStage = PollStage.PLANNED
    control_number: int = 0
    writing: int | None = None
    announcement_number: int = 0
    close_requested: bool = False
    close_reason: str | None = None
    refusal: str | None = None


def takes_votes(poll: Poll) -> bool:
    """Whether voters may be given passes for a poll."""
    return poll.stage is PollStage.OPEN and not poll.close_requested


def agrees_with_log(poll: Poll, logged: int) -> bool:
    """Whether the highest control number in the log is one that this poll's state explains.

    Anything else means that state or log were set back: going on would write two records of one
    number with different contents.
    """
    return logged == poll.control_number or (poll.writing is not None and logged == poll.writing)
