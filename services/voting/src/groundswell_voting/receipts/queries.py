"""Reads of receipts: the voter's archived records, folded with the rules of the count."""

from dataclasses import dataclass
from datetime import UTC, datetime

from groundswell_kit.problems import not_found
from groundswell_voting.archive.records import Archive
from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.rules import Verdict
from groundswell_voting.passes.queries import VoterQueries
from groundswell_voting.polls.queries import PollQueries
from groundswell_voting.receipts.schemas import ReceiptState, VoteReceipt
from groundswell_voting.voteslog.codec import decode
from groundswell_voting.voteslog.rules import Record, Vote, is_vote_of, partition_of, poll_of

_STATES: dict[Verdict, ReceiptState] = {
    Verdict.COUNTED: "counted",
    Verdict.OVER_LIMIT: "over_limit",
    Verdict.TOO_LATE: "too_late",
    Verdict.AFTER_SEAL: "too_late",
    Verdict.NOT_ON_BALLOT: "not_on_ballot",
    Verdict.HALTED: "not_known_yet",
}

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
        """Fold the voter's records between the control records of their partition."""
        partition = partition_of(voter, self.partitions)
        # What lies before the position is whole; behind it a vote may be there without the
        # closing record before it.
        whole = await self.archive.position(partition)
        archived = [
            record
            for record in (
                *await self.archive.control_records(poll_id),
                *await self.archive.voter_records(poll_id, voter),
            )
            if record.partition == partition and record.offset < whole.offset
        ]
        records = sorted((decode(record) for record in archived), key=lambda r: r.offset)
        fold = Fold(partition, self.partitions)
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


def _idea_id(record: Record) -> str | None:
    return record.body.idea_ids[0] if isinstance(record.body, Vote) else None
