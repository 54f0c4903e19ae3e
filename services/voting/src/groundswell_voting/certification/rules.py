"""What a recount yields and when it may be certified. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from groundswell_voting.counting.rules import Verdict
from groundswell_voting.voteslog.rules import Record


@dataclass(frozen=True, slots=True)
class PartitionCount:
    """A poll's count in one partition, from its first to its last record up to the seal."""

    partition: int
    first_offset: int
    last_offset: int
    votes: Counter[str]
    verdicts: Counter[Verdict]
    log_hash: bytes


@dataclass(frozen=True, slots=True)
class RankedIdea:
    """An idea's place in a tally. Equal votes share a rank; the ranks after them are left out."""

    idea_id: str
    votes: int
    rank: int


class LogHash:
    """The hash of a poll's records in one partition, taken in the order of the log.

    For each record: its offset and append time in decimal and the length of its value, joined by
    colons, then the value.
    """

    def __init__(self) -> None:
        self._hash = sha256()

    def take(self, record: Record, value: bytes) -> None:
        """Add the next record."""
        self._hash.update(f"{record.offset}:{record.appended_at_ms}:{len(value)}:".encode())
        self._hash.update(value)

    def digest(self) -> bytes:
        """The hash so far."""
        return self._hash.digest()


def log_hash(counts: Sequence[PartitionCount]) -> str:
    """The hash of a poll's log: SHA-256 over the partitions' hashes in their order, as hex."""
    return sha256(b"".join(count.log_hash for count in counts)).hexdigest()


def rank(idea_ids: Iterable[str], votes: Counter[str]) -> list[RankedIdea]:
    """Every idea of the ballot with its votes, most first; equal ones in the ballot's order."""
    ordered = sorted(idea_ids, key=lambda idea_id: -votes[idea_id])
    ranked: list[RankedIdea] = []
    for place, idea_id in enumerate(ordered, 1):
        count = votes[idea_id]
        shared = ranked[-1].rank if ranked and ranked[-1].votes == count else place
        ranked.append(RankedIdea(idea_id, count, shared))
    return ranked


def totals(counts: Iterable[PartitionCount]) -> tuple[Counter[str], Counter[Verdict]]:
    """Votes by idea and records by verdict over all partitions."""
    votes: Counter[str] = Counter()
    verdicts: Counter[Verdict] = Counter()
    for count in counts:
        votes.update(count.votes)
        verdicts.update(count.verdicts)
    return votes, verdicts


def difference(
    count: PartitionCount, live_votes: Counter[str], live_verdicts: Counter[Verdict]
) -> str | None:
    """What the live count of a partition has otherwise than the recount; None when equal.

    Records before the opening and after the seal are no part of the tally, whichever of the two
    has seen them.
    """
    recounted = _within(count.verdicts)
    live = _within(live_verdicts)
    where = f"partition {count.partition}"
    for idea_id in sorted(count.votes.keys() | live_votes.keys()):
        if count.votes[idea_id] != live_votes[idea_id]:
            return f"{where}, {idea_id}: recount {count.votes[idea_id]}, live {live_votes[idea_id]}"
    for verdict in sorted(recounted.keys() | live.keys()):
        if recounted.get(verdict, 0) != live.get(verdict, 0):
            there, here = recounted.get(verdict, 0), live.get(verdict, 0)
            return f"{where}, {verdict}: recount {there}, live {here}"
    return None


def _within(verdicts: Counter[Verdict]) -> dict[Verdict, int]:
    outside = (Verdict.TOO_EARLY, Verdict.AFTER_SEAL)
    return {verdict: n for verdict, n in verdicts.items() if n and verdict not in outside}
