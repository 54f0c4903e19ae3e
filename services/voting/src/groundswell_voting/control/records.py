"""The control records of a poll's life and of its changes, and what is announced of them. Pure.

All of it follows from the stored poll and change, so a step that is repeated says the same again.
"""

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
    VotingClosed,
    VotingOpened,
)
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
    """Into how large pieces a change of voters is divided when it begins."""
    return VOTERS_PER_RECORD_OF_DAYS if rules.period == "day" else VOTERS_PER_RECORD


def records_of_change(
    change: Change, first_number: int, partitions: int
) -> Sequence[Sequence[ControlEvent]]:
    """The control records that a change is in the log: for each number, what each partition gets.

    ValueError for a pause, which is announced only, and for voters that are not divided yet.
    """
    match change.what:
        case IdeasChange() | ClosingChange() as ballot:
            return [[_ballot_changed(change.poll_id, ballot, first_number)] * partitions]
        case DeadlineChange() as deadline:
            due = [StepDue(idea_id=idea_id, step=step) for idea_id, step in deadline.due]
            passed = DeadlinePassed(
                poll_id=change.poll_id, number=first_number, deadline=deadline.deadline, due=due
            )
            return [[passed] * partitions]
        case VotersChange() as voters:
            if voters.voters_per_record is None:
                raise ValueError(f"{change.change_id} has not begun")
            own = _by_partition(voters, partitions)
            most = voters.voters_per_record
            return _records_of_voters(change.poll_id, voters, first_number, own, most)
    raise ValueError(f"a change that the log does not have: {change.what.kind}")


def _ballot_changed(
    poll_id: str, change: IdeasChange | ClosingChange, number: int
) -> BallotChanged:
    if isinstance(change, ClosingChange):
        return BallotChanged(poll_id=poll_id, number=number, closes_at=change.closes_at)
    return BallotChanged(
        poll_id=poll_id,
        number=number,
        added_idea_ids=change.added,
        removed_idea_ids=change.removed,
    )


def _by_partition(change: VotersChange, partitions: int) -> list[list[str]]:
    own: list[list[str]] = [[] for _ in range(partitions)]
    for voter in change.resolved or ():
        own[partition_of(voter, partitions)].append(voter)
    return own


def _records_of_voters(
    poll_id: str, change: VotersChange, first_number: int, own: list[list[str]], most: int
) -> Sequence[Sequence[ControlEvent]]:
    """Each partition gets its own voters, at most so many in a piece; a number stands in every one
    all the same.
    """
    event = VotersSetAside if change.kind == "set_aside" else VotersReinstated
    longest = max(len(voters) for voters in own)
    return [
        [
            event(
                poll_id=poll_id,
                number=first_number + piece,
                case=change.case,
                reason=change.reason,
                voters=voters[start : start + most],
            )
            for voters in own
        ]
        for piece, start in enumerate(range(0, longest, most))
    ]


def taken_away(what: What) -> Mapping[str, Any]:
    """What is announced of a change before the log has it."""
    match what:
        case IdeasChange():
            return {"withdrawn_idea_ids": what.removed}
        case ClosingChange():
            return {"accepts_until": what.closes_at}
    raise ValueError(f"a change that takes nothing away: {what.kind}")


def given(poll: Poll, what: What) -> Mapping[str, Any] | None:
    """What is announced of a change once the log has it, and the poll with it; None: nothing.

    A closing time takes the place of every `accepts_until` announced before.
    """
    match what:
        case IdeasChange():
            content: dict[str, Any] = {"removed_idea_ids": what.removed}
            if what.added:
                first = poll.idea_ids.index(what.added[0])
                content["ideas"] = AnnouncedIdeas(first_ordinal=first, idea_ids=list(what.added))
            return content
        case ClosingChange():
            return {"closes_at": what.closes_at, "accepts_until": what.closes_at}
        case PauseChange():
            return {"accepting": not what.paused}
    return None
