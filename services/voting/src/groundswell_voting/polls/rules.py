"""What a poll is, how it goes on, and what a change may do to it. Pure.

Used by the commands and by the state machine, which alone moves polls on.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from groundswell_voting.polls.merging import (
    MergedIdea,
    MergedIdeaChange,
    MergedVotesChange,
    after_idea,
    after_removal,
    after_votes,
    refusal_of_merging,
)
from groundswell_voting.polls.refusals import CLOSED, CLOSING, Refusal
from groundswell_voting.voteslog.rules import Rules, moment

MAX_IDEAS = 12_000
"""How many ideas can ever be on one ballot; announcements and records of a poll stay small."""


class PollStage(StrEnum):
    """What has been done of a poll, each step on the one before."""

    PLANNED = "planned"
    OPENED = "opened"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    SEALING = "sealing"
    SEALED = "sealed"
    CERTIFIED = "certified"
    RETIRED = "retired"


UNTIL_CLOSING = (PollStage.PLANNED, PollStage.OPENED, PollStage.OPEN)
"""A poll that may still be asked to close."""
UNTIL_SEALING = (*UNTIL_CLOSING, PollStage.CLOSING, PollStage.CLOSED)
"""A poll of which changes may still be asked for."""
UNDER_WAY = (
    PollStage.OPEN,
    PollStage.CLOSING,
    PollStage.CLOSED,
    PollStage.SEALING,
    PollStage.SEALED,
)
"""A poll whose tally can still change, or is not certified yet."""
BEHIND_SEAL = (PollStage.SEALED, PollStage.CERTIFIED)
"""A poll that only a recount and its publication are left of; they may take long."""


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll as voting keeps it. `closes_at` is UTC; `..._at_ms` is the broker's time.

    `idea_ids` are all that ever were on the ballot, in the order in which they came; `merged`
    tells which of the removed went on in another one.
    `control_number` is the last control record that every partition has; `writing` is the one
    that may have reached some of them. `announcement_number` is the last one used. Changes are
    numbered as they are asked for and taken one by one: `changes_done` are settled, and
    `change_record` is the first control record of the one that has begun. Pauses and their ends
    have numbers of their own, so that they wait for nothing but each other.
    """

    poll_id: str
    brand_id: str
    contest_id: str
    idea_ids: tuple[str, ...]
    rules: Rules
    closes_at: datetime
    stage: PollStage = PollStage.PLANNED
    control_number: int = 0
    writing: int | None = None
    announcement_number: int = 0
    close_requested: bool = False
    close_reason: str | None = None
    refusal: str | None = None
    name: str = ""
    removed_idea_ids: tuple[str, ...] = ()
    merged: tuple[MergedIdea, ...] = ()
    paused: bool = False
    opened_at_ms: int | None = None
    closed_at_ms: int | None = None
    changes_asked: int = 0
    changes_done: int = 0
    change_record: int | None = None
    pauses_asked: int = 0
    pauses_done: int = 0


@dataclass(frozen=True, slots=True)
class IdeasChange:
    """Ideas join or leave the ballot."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kind: Literal["ideas"] = "ideas"


@dataclass(frozen=True, slots=True)
class ClosingChange:
    """The closing time moves, in UTC."""

    closes_at: datetime
    kind: Literal["closing"] = "closing"


@dataclass(frozen=True, slots=True)
class PauseChange:
    """Voting pauses, or goes on."""

    paused: bool
    kind: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True)
class DeadlineChange:
    """A deadline of the ladder has come: what these ideas have is noted for their steps.

    `deadline` is UTC; `due` are ideas, each with its step.
    """

    deadline: datetime
    due: tuple[tuple[str, int], ...]
    kind: Literal["deadline"] = "deadline"


@dataclass(frozen=True, slots=True)
class VotersChange:
    """Voters are set aside, or reinstated: those named, and those who voted with the passes.

    `resolved` are all of them; None until the passes have been looked up. `voters_per_record` is
    how many of a partition one control record takes; None until the change begins.
    """

    kind: Literal["set_aside", "reinstate"]
    case: str
    reason: str
    voters: tuple[str, ...] = ()
    pass_ids: tuple[str, ...] = ()
    resolved: tuple[str, ...] | None = None
    voters_per_record: int | None = None


What = (
    IdeasChange
    | ClosingChange
    | PauseChange
    | DeadlineChange
    | VotersChange
    | MergedIdeaChange
    | MergedVotesChange
)


class ChangeState(StrEnum):
    """What became of a change."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Change:
    """A change that somebody asked for; refused for the reason in `refusal`.

    `sequence` is its turn among the changes of its poll, for a pause among the pauses; 0 for one
    that came too late to get any.
    `settled_at` is when it was announced, by the broker's clock, where it was announced. `record`
    is the number of its first control record. `amendment` is the one of its contest it belongs to.
    """

    change_id: str
    poll_id: str
    brand_id: str
    sequence: int
    what: What
    asked_at: datetime
    state: ChangeState = ChangeState.PENDING
    refusal: Refusal | None = None
    settled_at: datetime | None = None
    record: int | None = None
    amendment: int | None = None


def takes_votes(poll: Poll) -> bool:
    """Whether voters may be given passes for a poll."""
    return poll.stage is PollStage.OPEN and not poll.close_requested and not poll.paused


def has_pause_to_settle(poll: Poll) -> bool:
    """Whether a pause, or the end of one, has been asked for and may be made or refused now."""
    opened = poll.stage not in (PollStage.PLANNED, PollStage.OPENED)
    return opened and poll.pauses_done < poll.pauses_asked


def ended_at(poll: Poll) -> datetime:
    """When voting ended, by the broker's time: when it was to close, or was closed before that.

    ValueError for a poll that has not closed yet.
    """
    if poll.closed_at_ms is None:
        raise ValueError(f"{poll.poll_id} is not closed, or nobody knows since when")
    return min(poll.closes_at, moment(poll.closed_at_ms))


def agrees_with_log(poll: Poll, logged: int) -> bool:
    """Whether the highest control number in the log is one that this poll's state explains.

    Anything else means that state or log were set back: going on would write two records of one
    number with different contents.
    """
    return logged == poll.control_number or (poll.writing is not None and logged == poll.writing)


def refusal(poll: Poll, what: What) -> Refusal | None:
    """Why a change cannot be made to a poll as it is now; None when it can."""
    match what:
        case VotersChange():
            nobody = Refusal("unchanged", "Nobody has voted with these passes.")
            return None if what.resolved else nobody
        case MergedIdeaChange() | MergedVotesChange():
            on_ballot = set(poll.idea_ids).difference(poll.removed_idea_ids)
            return refusal_of_merging(what, on_ballot, poll.merged)
    if poll.stage is not PollStage.OPEN:
        return CLOSED
    match what:
        case IdeasChange():
            return _refusal_of_ideas(poll, what)
        case ClosingChange() if what.closes_at == poll.closes_at:
            return Refusal("unchanged", "The poll closes at that time already.")
        case PauseChange(paused=False) if poll.close_requested:
            return CLOSING
    return None


def _refusal_of_ideas(poll: Poll, change: IdeasChange) -> Refusal | None:
    known, gone = set(poll.idea_ids), set(poll.removed_idea_ids)
    if len({*change.added, *change.removed}) < len(change.added) + len(change.removed):
        return Refusal("contradiction", "An idea is named twice.")
    for idea_id in change.added:
        if idea_id in gone:
            return Refusal("removed", f"{idea_id} was removed and cannot come back.")
        if idea_id in known:
            return Refusal("on_ballot", f"{idea_id} is on the ballot already.")
    for idea_id in change.removed:
        # What has left already may be named again: a ladder and its brand may remove the same idea.
        if idea_id not in known:
            return Refusal("not_on_ballot", f"{idea_id} is not on the ballot.")
    if len(known) + len(change.added) > MAX_IDEAS:
        return Refusal("full", f"At most {MAX_IDEAS} ideas can ever be on a ballot.")
    return None


def takes_away(poll: Poll, what: What) -> bool:
    """Whether a change takes something from voters, so that it is announced before it is logged."""
    match what:
        case IdeasChange():
            return bool(what.removed)
        case MergedIdeaChange():
            return what.kind == "leave"
        case ClosingChange():
            return what.closes_at < poll.closes_at
    return False


def applied(poll: Poll, what: What) -> dict[str, Any]:
    """The fields of a poll that are different once the votes log has a change, with the control
    record that comes next.
    """
    removed = poll.removed_idea_ids
    match what:
        case IdeasChange():
            return {
                "idea_ids": [*poll.idea_ids, *what.added],
                "removed_idea_ids": list(dict.fromkeys((*removed, *what.removed))),
                **after_removal(what.removed, poll.merged),
            }
        case MergedIdeaChange():
            return after_idea(what, removed, poll.merged, poll.control_number + 1)
        case ClosingChange():
            return {"closes_at": what.closes_at}
    return {}


def settled(poll: Poll, what: What) -> dict[str, Any]:
    """The fields of a poll that are different once nothing of a change is left to do."""
    match what:
        case PauseChange():
            return {"paused": what.paused}
        case MergedVotesChange():
            return after_votes(what, poll.merged)
    return {}
