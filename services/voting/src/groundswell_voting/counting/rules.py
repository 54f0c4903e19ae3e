"""How votes count: written once, used by the counter, the recount and the receipts. Pure."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from groundswell_voting.voteslog.rules import Closed, Control, Opened, Retired, Sealed, Vote

MAX_WEIGHT = 1_000_000
"""More would be no weight of a segment, and in the end no number that every store can hold."""


class Verdict(StrEnum):
    """What became of one record of a vote."""

    COUNTED = "counted"
    REPEAT = "repeat"
    OVER_LIMIT = "over_limit"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NOT_ON_BALLOT = "not_on_ballot"
    NOT_A_VOTE = "not_a_vote"
    WRONG_PARTITION = "wrong_partition"
    HALTED = "halted"
    AFTER_SEAL = "after_seal"


class Stage(StrEnum):
    """How far a poll has come in the log."""

    OPEN = "open"
    CLOSED = "closed"
    SEALED = "sealed"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll as one partition's control records have told so far.

    `ideas` gives each idea of the ballot its ordinal, by which ballots name it. `number` is the
    last control record taken. A poll that missed one is halted: it counts nothing more.
    """

    number: int
    stage: Stage
    ideas: dict[str, int]
    ideas_per_ballot: int
    closes_at_ms: int
    halted: bool = False


@dataclass(frozen=True, slots=True)
class Ballot:
    """The counted choice of a voter in one period: ordinals of ideas, in order of counting."""

    ideas: tuple[int, ...] = field(default=())
    weight: int = 1


def advance(poll: Poll | None, control: Control) -> Poll | None:
    """The poll after a control record. A record already taken changes nothing; a gap halts."""
    last = 0 if poll is None else poll.number
    if control.number <= last or (poll is not None and poll.halted):
        return poll
    if control.number > last + 1 or isinstance(control, Opened) != (poll is None):
        return _halted(poll, control)
    match control:
        case Opened():
            ideas = {idea_id: ordinal for ordinal, idea_id in enumerate(control.idea_ids)}
            return Poll(
                control.number, Stage.OPEN, ideas, control.ideas_per_ballot, control.closes_at_ms
            )
        case Closed():
            return _moved(poll, control, Stage.OPEN, Stage.CLOSED)
        case Sealed():
            return _moved(poll, control, Stage.CLOSED, Stage.SEALED)
        case Retired():
            # What can no longer be voted on need not be kept.
            return replace(_moved(poll, control, Stage.SEALED, Stage.RETIRED), ideas={})


def _moved(poll: Poll | None, control: Control, before: Stage, after: Stage) -> Poll:
    if poll is None or poll.stage is not before:
        return _halted(poll, control)
    return replace(poll, number=control.number, stage=after)


def _halted(poll: Poll | None, control: Control) -> Poll:
    if poll is None:
        return Poll(control.number, Stage.OPEN, {}, 1, 0, halted=True)
    return replace(poll, halted=True)


def _is_weight(weight: int) -> bool:
    return 1 <= weight <= MAX_WEIGHT


def judge(
    poll: Poll | None,
    ballot: Ballot | None,
    vote: Vote,
    appended_at_ms: int,
    *,
    misplaced: bool = False,
) -> tuple[Verdict, Ballot | None]:
    """What becomes of a vote, and the voter's ballot after it.

    In time is what the broker appended before `closes_at` and before the closing record. A vote
    for an idea already on the ballot changes nothing; on a full ballot the log's order decides.
    A misplaced record stands in another partition than its voter's.
    """
    if poll is None:
        return Verdict.TOO_EARLY, ballot
    if poll.halted:
        return Verdict.HALTED, ballot
    if poll.stage in (Stage.SEALED, Stage.RETIRED):
        return Verdict.AFTER_SEAL, ballot
    if misplaced:
        return Verdict.WRONG_PARTITION, ballot
    if poll.stage is Stage.CLOSED or appended_at_ms >= poll.closes_at_ms:
        return Verdict.TOO_LATE, ballot
    if len(vote.idea_ids) != 1 or vote.revision is not None or not _is_weight(vote.weight):
        return Verdict.NOT_A_VOTE, ballot
    idea = poll.ideas.get(vote.idea_ids[0])
    if idea is None:
        return Verdict.NOT_ON_BALLOT, ballot
    if ballot is None:
        return Verdict.COUNTED, Ballot((idea,), vote.weight)
    if idea in ballot.ideas:
        return Verdict.REPEAT, ballot
    if len(ballot.ideas) >= poll.ideas_per_ballot:
        return Verdict.OVER_LIMIT, ballot
    return Verdict.COUNTED, replace(ballot, ideas=(*ballot.ideas, idea))
