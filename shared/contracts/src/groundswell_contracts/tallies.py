"""Events about counted votes: published by voting; the only view of votes that others get."""

from typing import ClassVar

from groundswell_contracts.event import Data, Event, UtcTime
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.topics import TALLIES, Topic


class IdeaTally(Data):
    """The votes of one idea. Equal votes share a rank, and the ranks after them are left out."""

    idea_id: str
    votes: int
    rank: int


class LogRange(Data):
    """The stretch of one partition of the votes log that a tally rests on, both ends included."""

    partition: int
    first_offset: int
    last_offset: int


class TallyCertified(Event):
    """The final tally of a poll, recounted from the archived log and equal to the live count.

    `verdicts` counts every vote of the poll by what became of it; `log_hash` is the SHA-256 that
    a recount of the same log ranges must reproduce.
    """

    topic: ClassVar[Topic] = TALLIES
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    poll_id: str
    rules: PollRules
    tally: list[IdeaTally]
    verdicts: dict[str, int]
    log_ranges: list[LogRange]
    log_hash: str
    certified_at: UtcTime
