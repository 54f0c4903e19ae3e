"""What a vote came to, from its voter's records and their partition's control records. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.rules import Ballot, Poll, Verdict
from groundswell_voting.voteslog.rules import Record, Retired, Vote, partition_of

ReceiptState = Literal[
    "counted",
    "repeat",
    "replaced",
    "over_limit",
    "too_late",
    "idea_removed",
    "set_aside",
    "not_on_ballot",
    "refused",
    "not_known_yet",
]

_REFUSALS: dict[Verdict, ReceiptState] = {
    Verdict.REPEAT: "repeat",
    Verdict.REPLACED: "replaced",
    Verdict.OVER_LIMIT: "over_limit",
    Verdict.TOO_LATE: "too_late",
    Verdict.AFTER_SEAL: "too_late",
    Verdict.IDEA_REMOVED: "idea_removed",
    Verdict.NOT_ON_BALLOT: "not_on_ballot",
    Verdict.HALTED: "not_known_yet",
}
_ON_BALLOT = (Verdict.COUNTED, Verdict.SET_ASIDE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a vote, and the record that decided it; None while there is none.

    `counts_for` are the ideas that a counted vote counts for now.
    """

    state: ReceiptState
    record: Record | None = None
    counts_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VoterCount:
    """All that counts for one voter in a poll, as of the last record folded."""

    poll: Poll
    ballots: dict[str, Ballot]
    """By period, in the order in which they came."""


def fold_voter(
    records: Sequence[Record], poll_id: str, voter: str, partitions: int
) -> tuple[VoterCount | None, list[tuple[Record, Verdict]]]:
    """Fold a voter's records, between the control records of their partition, in the log's order.

    None before the poll's opening. Retiring drops ballots; a voter may still ask for theirs.
    """
    fold = Fold(partition_of(voter, partitions), partitions)
    judged = [(r, fold.take(r)) for r in records if not isinstance(r.body, Retired)]
    verdicts = [(record, verdict) for record, verdict in judged if verdict is not None]
    poll = fold.polls.get(poll_id)
    if poll is None:
        return None, verdicts
    keys = [BallotKey(poll_id, period, voter) for period in poll.periods]
    return VoterCount(poll, {k.period: fold.ballots[k] for k in keys}), verdicts


def outcome(
    vote_id: str, count: VoterCount | None, verdicts: Sequence[tuple[Record, Verdict]]
) -> Outcome:
    """What became of a vote as of now; it may be in the log several times."""
    own = [(record, verdict) for record, verdict in verdicts if record.id == vote_id]
    if not own:
        return Outcome("not_known_yet")
    for record, verdict in own:
        vote = record.body
        if verdict in _ON_BALLOT and count is not None and isinstance(vote, Vote):
            return _since(vote, record, count)
    record, verdict = own[0]
    return Outcome(_REFUSALS.get(verdict, "refused"), record)


def _since(vote: Vote, record: Record, count: VoterCount) -> Outcome:
    """What a vote that came on the ballot is since then."""
    poll, ballot = count.poll, count.ballots[vote.period]
    if vote.revision is not None and vote.revision < ballot.revision:
        return Outcome("replaced", record)
    voted = [poll.ideas[idea_id] for idea_id in vote.idea_ids]
    if not set(voted) <= set(ballot.ideas):
        return Outcome("over_limit", record)
    counted = {ballot.goes_to(idea) for idea in voted} - poll.removed
    if voted and not counted:
        return Outcome("idea_removed", record)
    if vote.voter in poll.set_aside:
        return Outcome("set_aside", record)
    names = tuple(idea_id for idea_id, ordinal in poll.ideas.items() if ordinal in counted)
    return Outcome("counted", record, names)
