"""What a voter may read of their own votes: receipts, and the ballot that counts.

Receipts, and ballots of certified polls, come from the voter's archived records, folded with the
rules of the count; ballots of running polls come from Redis.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from groundswell_kit.problems import not_found
from groundswell_voting.archive.records import Archive
from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.rules import Ballot, Verdict
from groundswell_voting.passes.queries import VoterQueries
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.receipts.schemas import CountedBallot, ReceiptState, VoteReceipt
from groundswell_voting.voteslog.codec import decode
from groundswell_voting.voteslog.rules import (
    Record,
    Vote,
    is_vote_of,
    partition_of,
    poll_of,
    vote_id,
)

_STATES: dict[Verdict, ReceiptState] = {
    Verdict.COUNTED: "counted",
    Verdict.OVER_LIMIT: "over_limit",
    Verdict.TOO_LATE: "too_late",
    Verdict.AFTER_SEAL: "too_late",
    Verdict.NOT_ON_BALLOT: "not_on_ballot",
    Verdict.HALTED: "not_known_yet",
}

_NOT_FOUND = "There is no such receipt."

_PERIOD = ""  # A poll counts once, over its whole time.


@dataclass(frozen=True)
class ReceiptQueries:
    """A receipt is shown to its voter alone: by token, or by any pass of theirs, also expired."""

    polls: PollQueries
    voters: VoterQueries
    archive: Archive
    receipt_key: bytes
    partitions: int

    async def find(self, vote_id: str, credential: str) -> VoteReceipt:
        """What became of a vote. An id never issued, or another's, is a 404 problem."""
        poll_id = poll_of(self.receipt_key, vote_id)
        if poll_id is None:
            raise not_found(_NOT_FOUND)
        voter = await self.voters.shown_by(await self.polls.recent(poll_id), credential)
        if voter is None or not is_vote_of(self.receipt_key, vote_id, voter):
            raise not_found(_NOT_FOUND)
        return await self._receipt(vote_id, poll_id, voter)

    async def _receipt(self, vote_id: str, poll_id: str, voter: str) -> VoteReceipt:
        """Fold the voter's records between the control records of their partition."""
        records = await _voter_records(self.archive, poll_id, voter, self.partitions)
        fold = Fold(partition_of(voter, self.partitions), self.partitions)
        verdicts = [(record, fold.take(record)) for record in records]
        own = [(r, v) for r, v in verdicts if r.id == vote_id and v is not None]
        if not own:
            return VoteReceipt(vote_id=vote_id, poll_id=poll_id, state="not_known_yet")
        # The vote may be in the log several times: if one of them was counted, the vote counts.
        record, verdict = next((found for found in own if found[1] is Verdict.COUNTED), own[0])
        return VoteReceipt(
            vote_id=vote_id,
            poll_id=poll_id,
            state=_STATES.get(verdict, "refused"),
            idea_id=_idea_id(record),
            recorded_at=datetime.fromtimestamp(record.appended_at_ms / 1000, UTC),
        )


@dataclass(frozen=True)
class BallotQueries:
    """The counted ballot of a voter, shown to that voter alone."""

    polls: PollQueries
    voters: VoterQueries
    projection: Projection
    archive: Archive
    receipt_key: bytes
    partitions: int

    async def of(self, poll_id: str, participant_id: str) -> CountedBallot:
        """What counts for a participant in a poll. Raises a 404 problem, or Redis' errors."""
        poll = await self.polls.recent(poll_id)
        voter = await self.voters.pseudonym_of(poll, participant_id)
        ballot = None if _is_final(poll) else await self._live(poll_id, voter)
        # Redis drops the ballots of a certified poll; it may have done so since it was read.
        if ballot is None and _is_final(await self.polls.find(poll_id)):
            ballot = await self._archived(poll_id, voter)
        ideas = [poll.idea_ids[ordinal] for ordinal in ballot.ideas] if ballot else []
        receipts = [vote_id(self.receipt_key, poll_id, voter, _PERIOD, (idea,)) for idea in ideas]
        return CountedBallot(poll_id=poll_id, idea_ids=ideas, vote_ids=receipts)

    async def _live(self, poll_id: str, voter: str) -> Ballot | None:
        key = BallotKey(poll_id, _PERIOD, voter)
        partition = partition_of(voter, self.partitions)
        return (await self.projection.ballots([(partition, key)])).get(key)

    async def _archived(self, poll_id: str, voter: str) -> Ballot | None:
        fold = Fold(partition_of(voter, self.partitions), self.partitions)
        fold.take_all(await _voter_records(self.archive, poll_id, voter, self.partitions))
        return fold.ballots.get(BallotKey(poll_id, _PERIOD, voter))


async def _voter_records(
    archive: Archive, poll_id: str, voter: str, partitions: int
) -> list[Record]:
    """A voter's records and the control records of their partition, in the order of the log."""
    partition = partition_of(voter, partitions)
    # What lies before the position is whole; behind it a vote may be there without the closing
    # record before it.
    whole = await archive.position(partition)
    archived = [
        record
        for record in (
            *await archive.control_records(poll_id),
            *await archive.voter_records(poll_id, voter),
        )
        if record.partition == partition and record.offset < whole.offset
    ]
    return sorted((decode(record) for record in archived), key=lambda record: record.offset)


def _is_final(poll: Poll) -> bool:
    return poll.stage in (PollStage.CERTIFIED, PollStage.RETIRED)


def _idea_id(record: Record) -> str | None:
    return record.body.idea_ids[0] if isinstance(record.body, Vote) else None
