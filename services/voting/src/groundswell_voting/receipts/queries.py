"""What a voter may read of their own votes: receipts, and the ballot that counts.

Receipts, and ballots of certified polls, come from the voter's archived records, folded with the
rules of the count; ballots of running polls come from Redis.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from groundswell_kit.problems import not_found
from groundswell_voting.archive.records import Archive
from groundswell_voting.counting.fold import BallotKey
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.rules import Stage
from groundswell_voting.passes.queries import VoterQueries
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.polls.rules import Poll, PollStage
from groundswell_voting.receipts.rules import VoterCount, fold_voter, outcome
from groundswell_voting.receipts.schemas import CountedBallot, PeriodBallot, VoteReceipt
from groundswell_voting.voteslog.codec import decode
from groundswell_voting.voteslog.rules import (
    Record,
    Vote,
    is_vote_of,
    moment,
    partition_of,
    poll_of,
    vote_id,
)

_NOT_FOUND = "There is no such receipt."


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
        records = await _voter_records(self.archive, poll_id, voter, self.partitions)
        found = outcome(vote_id, *fold_voter(records, poll_id, voter, self.partitions))
        receipt = VoteReceipt(vote_id=vote_id, poll_id=poll_id, state=found.state)
        if found.record is None or not isinstance(found.record.body, Vote):
            return receipt
        vote = found.record.body
        return receipt.model_copy(
            update={
                "idea_id": vote.idea_ids[0] if vote.revision is None else None,
                "idea_ids": list(vote.idea_ids),
                "counts_for": list(found.counts_for),
                "revision": vote.revision,
                "period": vote.period,
                "recorded_at": moment(found.record.appended_at_ms),
            }
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
        count = None if _is_final(poll) else await self._live(poll_id, voter)
        # Redis drops the ballots of a certified poll; it may have done so since it was read.
        if count is None and _is_final(await self.polls.find(poll_id)):
            records = await _voter_records(self.archive, poll_id, voter, self.partitions)
            count, _ = fold_voter(records, poll_id, voter, self.partitions)
        periods = [] if count is None else list(self._shown(count, poll_id, voter))
        together = dict.fromkeys(idea for shown in periods for idea in shown.idea_ids)
        return CountedBallot(poll_id=poll_id, idea_ids=list(together), periods=periods)

    async def _live(self, poll_id: str, voter: str) -> VoterCount | None:
        """As Redis has it; None where the poll is not known there, or not any more."""
        partition = partition_of(voter, self.partitions)
        state = await self.projection.poll(partition, poll_id)
        if state is None or state.stage is Stage.RETIRED:
            return None
        keys = [BallotKey(poll_id, period, voter) for period in state.periods]
        found = await self.projection.ballots((partition, key) for key in keys)
        if any(idea >= len(state.ideas) for b in found.values() for idea in b.counted()):
            return await self._live(poll_id, voter)  # an idea came between the two readings
        return VoterCount(state, {key.period: found[key] for key in keys if key in found})

    def _shown(self, count: VoterCount, poll_id: str, voter: str) -> Iterator[PeriodBallot]:
        poll, ids = count.poll, list(count.poll.ideas)
        for period, ballot in count.ballots.items():
            left = {i: n for i, n in ballot.counted().items() if i not in poll.removed}
            stated = [[ids[ballot.ideas[place]]] for place in left.values()]
            revision = ballot.revision or None
            if revision is not None:  # all that the voter stated, whatever has become of it
                stated = [[ids[ordinal] for ordinal in ballot.ideas]]
            yield PeriodBallot(
                period=period,
                idea_ids=[ids[idea] for idea in left],
                revision=revision,
                vote_ids=[
                    vote_id(self.receipt_key, poll_id, voter, period, ideas, revision)
                    for ideas in stated
                ],
                set_aside=voter in poll.set_aside,
            )


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
            *await archive.control_records(poll_id, partition),
            *await archive.voter_records(poll_id, voter),
        )
        if record.partition == partition and record.offset < whole.offset
    ]
    return sorted((decode(record) for record in archived), key=lambda record: record.offset)


def _is_final(poll: Poll) -> bool:
    return poll.stage in (PollStage.CERTIFIED, PollStage.RETIRED)
