"""The control records of a poll's life and of its changes, and what is announced of them. Pure.

All of it follows from the stored poll and change, so a step that is repeated says the same again.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from groundswell_contracts.polls import AnnouncedIdeas
from groundswell_contracts.votes import (
    BallotChanged,
    DeadlinePassed,
    PollRetired,
    StepDue,
    TallySealed,
    VotersReinstated,
    VotersSetAside,
    VotesMerged,
    VotesParted,
    VotingClosed,
    VotingOpened,
)
from groundswell_voting.polls.merging import MergedIdeaChange, MergedVotesChange
from groundswell_voting.polls.rules import (
    Change,
    ClosingChange,
    DeadlineChange,
    IdeasChange,
    PauseChange,
    Poll,
    PollStage,
    VotersChange,
    What,
)
from groundswell_voting.voteslog.codec import rules_to
from groundswell_voting.voteslog.rules import Rules, partition_of

ControlEvent = (
    VotingOpened
    | BallotChanged
    | DeadlinePassed
    | VotersSetAside
    | VotersReinstated
    | VotesMerged
    | VotesParted
    | VotingClosed
    | TallySealed
    | PollRetired
)

VOTERS_PER_RECORD = 1_000
VOTERS_PER_RECORD_OF_DAYS = 25
"""In a poll that counts per day: the count loads the ballots of all its days for each of them."""


def record_of_stage(poll: Poll, after: PollStage) -> ControlEvent:
    """The control record that leads a poll into a stage."""
    number = poll.control_number + 1
    match after:
        case PollStage.OPENED:
            return VotingOpened(
                poll_id=poll.poll_id,
                contest_id=poll.contest_id,
                number=number,
                rules=rules_to(poll.rules),
                idea_ids=list(poll.idea_ids),
                closes_at=poll.closes_at,
            )
        case PollStage.CLOSED:
            return VotingClosed(
                poll_id=poll.poll_id,
                number=number,
                reason="deadline" if poll.close_reason == "deadline" else "closed_early",
            )
        case PollStage.SEALED:
            return TallySealed(poll_id=poll.poll_id, number=number)
        case PollStage.RETIRED:
            return PollRetired(poll_id=poll.poll_id, number=number)
    raise ValueError(f"no control record leads to {after}")


def voters_per_record(rules: Rules) -> int:
    """Into how large pieces a change that names voters is divided when it begins."""
    return VOTERS_PER_RECORD_OF_DAYS if rules.period == "day" else VOTERS_PER_RECORD


Own = Sequence[Sequence[str]]
"""The voters that a change concerns, by their partitions."""


def number_of_records(change: Change, own: Own) -> int:
    """How many control records a change is in the log: those that name voters come in pieces.

    ValueError for voters that are not divided yet.
    """
    if not isinstance(change.what, VotersChange | MergedVotesChange):
        return 1
    # Votes may have been none: that they went along is recorded all the same.
    return max(1, math.ceil(max(map(len, own)) / _most(change, change.what)))


def record_of_change(change: Change, number: int, piece: int, own: Own) -> Sequence[ControlEvent]:
    """A control record of a change, its `piece` counted from 0: what each partition gets.

    ValueError for a pause, which is announced only, and for voters that are not divided yet.
    """
    what = change.what
    match what:
        case IdeasChange() | ClosingChange() | MergedIdeaChange():
            return [_ballot_changed(change.poll_id, what, number)] * len(own)
        case DeadlineChange():
            due = [StepDue(idea_id=idea_id, step=step) for idea_id, step in what.due]
            passed = DeadlinePassed(
                poll_id=change.poll_id, number=number, deadline=what.deadline, due=due
            )
            return [passed] * len(own)
        case VotersChange() | MergedVotesChange():
            most = _most(change, what)
            start = piece * most
            return [
                _of_voters(change.poll_id, what, number, voters[start : start + most])
                for voters in own
            ]
    raise ValueError(f"a change that the log does not have: {what.kind}")


def own_voters(change: VotersChange, partitions: int) -> Own:
    """The voters that are set aside or reinstated."""
    own: list[list[str]] = [[] for _ in range(partitions)]
    for voter in change.resolved or ():
        own[partition_of(voter, partitions)].append(voter)
    return own


def _most(change: Change, what: VotersChange | MergedVotesChange) -> int:
    if what.voters_per_record is None:
        raise ValueError(f"{change.change_id} has not begun")
    return what.voters_per_record


def _ballot_changed(
    poll_id: str, change: IdeasChange | ClosingChange | MergedIdeaChange, number: int
) -> BallotChanged:
    if isinstance(change, ClosingChange):
        return BallotChanged(poll_id=poll_id, number=number, closes_at=change.closes_at)
    if isinstance(change, MergedIdeaChange):
        moved, leaves = (change.idea_id,), change.kind == "leave"
        change = IdeasChange(() if leaves else moved, moved if leaves else ())
    return BallotChanged(
        poll_id=poll_id,
        number=number,
        added_idea_ids=change.added,
        removed_idea_ids=change.removed,
    )


def _of_voters(
    poll_id: str, change: VotersChange | MergedVotesChange, number: int, voters: Sequence[str]
) -> ControlEvent:
    if isinstance(change, MergedVotesChange):
        moved = VotesMerged if change.kind == "merge" else VotesParted
        return moved(
            poll_id=poll_id,
            number=number,
            idea_id=change.idea_id,
            into_idea_id=change.into_idea_id,
            voters=list(voters),
        )
    event = VotersSetAside if change.kind == "set_aside" else VotersReinstated
    return event(
        poll_id=poll_id,
        number=number,
        case=change.case,
        reason=change.reason,
        voters=list(voters),
    )


def taken_away(what: What) -> Mapping[str, Any]:
    """What is announced of a change before the log has it."""
    match what:
        case IdeasChange():
            return {"withdrawn_idea_ids": what.removed}
        case MergedIdeaChange():
            return {"withdrawn_idea_ids": (what.idea_id,)}
        case ClosingChange():
            return {"accepts_until": what.closes_at}
    raise ValueError(f"a change that takes nothing away: {what.kind}")


def given(poll: Poll, what: What) -> Mapping[str, Any] | None:
    """What is announced of a change once the log has it, and the poll with it; None: nothing.

    A closing time takes the place of every `accepts_until` announced before. An idea that left for
    another one stays withdrawn: the places of its votes are not free.
    """
    match what:
        case IdeasChange():
            content: dict[str, Any] = {"removed_idea_ids": what.removed}
            if what.added:
                first = poll.idea_ids.index(what.added[0])
                content["ideas"] = AnnouncedIdeas(first_ordinal=first, idea_ids=list(what.added))
            return content
        case MergedIdeaChange(kind="return"):
            return {"returned_idea_ids": (what.idea_id,)}
        case ClosingChange():
            return {"closes_at": what.closes_at, "accepts_until": what.closes_at}
        case PauseChange():
            return {"accepting": not what.paused}
    return None
