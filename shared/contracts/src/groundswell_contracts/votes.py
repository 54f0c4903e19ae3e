"""The votes log: votes as the ballot box appended them, and the control records between them.

Written by voting alone; whoever reads a whole partition has all that is needed to count it.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from groundswell_contracts.event import Data, Event, UtcTime
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.topics import VOTES, Topic

ControlNumber = Annotated[int, Field(ge=1)]
"""Counts the control records of one poll, from 1 without a gap; each stands in every partition."""


class VoteCast(Event):
    """One vote as it was taken. Whether it counts is decided by the log before it, not here.

    A standing vote names one idea and has no revision; a changeable one states the whole ballot
    under a revision. `period` is the day (`2026-11-22`) in a poll that counts per day, else empty.
    The weight follows from the segment by the poll's rules. `via` is what the link named by which
    the voter came, empty where none did. The event's id is the `vote_id`: the same vote sent again
    is the same event.
    """

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "voter"

    vote_id: str
    poll_id: str
    voter: str
    period: str = ""
    idea_ids: list[str]
    revision: int | None = None
    segment: str = ""
    channel: str = "web"
    via: str = ""
    pass_id: str


class VotingOpened(Event):
    """Control record 1 of a poll: from here on its votes count, under these rules."""

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    contest_id: str
    number: ControlNumber
    rules: PollRules
    idea_ids: list[str]
    closes_at: UtcTime


class BallotChanged(Event):
    """Control record: ideas join or leave the ballot, or the closing time moves.

    The votes of a removed idea leave the tally, and its places on ballots are free. It is added
    again only where it was merged into another idea; its votes then come back with VotesParted.
    `closes_at` is None when it stays.
    """

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber
    added_idea_ids: tuple[str, ...] = ()
    removed_idea_ids: tuple[str, ...] = ()
    closes_at: UtcTime | None = None


class StepDue(Data):
    """A step of the ladder that an idea has to have reached; steps count from 1."""

    idea_id: str
    step: Annotated[int, Field(ge=1)]


class DeadlinePassed(Event):
    """Control record: what these ideas have up to here decides whether they reached their step."""

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber
    deadline: UtcTime
    due: list[StepDue]


class VotersSetAside(Event):
    """Control record: the ballots of these voters leave the tally, also what they send later.

    Each partition gets its own voters only; a long list comes in several records.
    """

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber
    case: str
    reason: str
    voters: list[str]


class VotersReinstated(Event):
    """Control record: the ballots of these voters are back in the tally."""

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber
    case: str
    reason: str
    voters: list[str]


class VotesMerged(Event):
    """Control record: the votes of these voters for an idea count for another one from here on.

    The idea has left the ballot before. Who votes for both counts once. Each partition gets its
    own voters only; a long list comes in several records.
    """

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber
    idea_id: str
    into_idea_id: str
    voters: list[str]


class VotesParted(Event):
    """Control record: these voters have back what VotesMerged moved; the idea is on the ballot."""

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber
    idea_id: str
    into_idea_id: str
    voters: list[str]


class VotingClosed(Event):
    """Control record: votes behind it do not count, whatever their time."""

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber
    reason: Literal["deadline", "closed_early"]


class TallySealed(Event):
    """Control record: nothing behind it changes the tally; certification counts up to here."""

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber


class PollRetired(Event):
    """Control record: the tally is certified, so counting may forget the poll's ballots."""

    topic: ClassVar[Topic] = VOTES
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    number: ControlNumber
