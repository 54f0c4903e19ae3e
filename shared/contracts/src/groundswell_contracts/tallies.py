"""Events about counted votes: published by voting; the only view of votes that others get."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from groundswell_contracts.contests import IdeaMerge, PollChange
from groundswell_contracts.event import Data, Event, UtcTime
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.topics import TALLIES, Topic

RefusalCode = Literal[
    "closed",
    "contradiction",
    "full",
    "merged",
    "not_on_ballot",
    "on_ballot",
    "removed",
    "unchanged",
]
"""Why a poll could not take a change: what it was, or had become by then."""


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


class IdeaVotes(Data):
    """Votes of one idea."""

    idea_id: str
    votes: int


class ChannelVotes(Data):
    """Votes that came through one channel: of each idea of the tally, in the tally's order."""

    channel: str
    votes: list[int]


class VotesCounted(Event):
    """What was counted in one interval: the new totals of the ideas whose votes changed.

    Silent while a poll hides its tallies, and late where they are delayed. `interval` counts the
    intervals of a poll, without a gap. `counted_up_to` is the append time of the last record
    counted.
    """

    topic: ClassVar[Topic] = TALLIES
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    poll_id: str
    interval: int
    counted_up_to: UtcTime
    ideas: list[IdeaVotes]


class ThresholdReached(Event):
    """An idea reached a step of its poll's ladder, for good. Steps count from 1."""

    topic: ClassVar[Topic] = TALLIES
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    poll_id: str
    idea_id: str
    step: int
    votes: int
    reached_at: UtcTime


class ThresholdMissed(Event):
    """An idea did not reach a step in time; `votes` is what it had.

    It leaves the ballot, unless voting is over.
    """

    topic: ClassVar[Topic] = TALLIES
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    poll_id: str
    idea_id: str
    step: int
    votes: int
    deadline: UtcTime


class AmendmentRefused(Event):
    """A part of an amendment that a poll could not take any more: nothing of it was done.

    `number` is the amendment's in its contest, `refused` the part as ContestAmended had it; each
    merge, and each one undone, is a part of its own, whose votes have not moved. Of the ideas that
    it names `on_ballot` are on the ballot as it stands, and `merged` go on in others. `closes_at`
    is when the poll closes all the same. The reason is in words that everybody may read.
    """

    topic: ClassVar[Topic] = TALLIES
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    number: Annotated[int, Field(ge=1)]
    refused: PollChange
    code: RefusalCode
    reason: str
    refused_at: UtcTime
    closes_at: UtcTime
    on_ballot: tuple[str, ...] = ()
    merged: tuple[IdeaMerge, ...] = ()


class TallyCertified(Event):
    """The final tally of a poll, recounted from the archived log and equal to the live count.

    `tally` holds the ideas that were on the ballot at the end, `removed` what the others had.
    `set_aside` are the votes of voters set aside, which are in neither; `channels` the votes of
    the tally that came through another channel than the first one of the rules.
    `verdicts` counts every vote of the poll by what became of it; `log_hash` is the SHA-256 that
    a recount of the same log ranges must reproduce.
    """

    topic: ClassVar[Topic] = TALLIES
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    poll_id: str
    rules: PollRules
    tally: list[IdeaTally]
    removed: tuple[IdeaVotes, ...] = ()
    voters_set_aside: int = 0
    set_aside: tuple[IdeaVotes, ...] = ()
    channels: tuple[ChannelVotes, ...] = ()
    verdicts: dict[str, int]
    log_ranges: list[LogRange]
    log_hash: str
    certified_at: UtcTime


class LinkVotes(Data):
    """Votes whose voters came by links that name the same: a share link's code, or what else."""

    via: str
    votes: int


class VotesAttributed(Event):
    """By which links the voters of an idea came, for all its votes in a certified tally.

    Follows TallyCertified for each idea with a vote that named a link. `links` are the strongest,
    most votes first; `others` is what the weaker ones have together, `unnamed` are the votes that
    named none. Together they are the certified votes of the idea.
    """

    topic: ClassVar[Topic] = TALLIES
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    poll_id: str
    idea_id: str
    links: Annotated[list[LinkVotes], Field(max_length=200)]
    others: int = 0
    unnamed: int = 0
