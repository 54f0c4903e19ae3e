"""What a recount yields and when it may be certified. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from groundswell_voting.counting.rules import Poll, Verdict
from groundswell_voting.counting.tally import Tally, verdict_name
from groundswell_voting.voteslog.rules import Record, Rules


@dataclass(frozen=True, slots=True)
class PartitionCount:
    """A poll's count in one partition, from its opening to its seal, or as far as it got.

    `links` are those votes of its tally that named a link, by the ordinal of the idea and the link.
    """

    partition: int
    first_offset: int
    last_offset: int
    poll: Poll
    tally: Tally
    log_hash: bytes
    links: Counter[tuple[int, str]] = field(default_factory=Counter)


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


def by_id(idea_ids: Sequence[str], votes: Counter[int]) -> dict[str, int]:
    """Votes by idea from votes by ordinal, in the ballot's order, with the ideas that have none."""
    return {idea_id: votes[ordinal] for ordinal, idea_id in enumerate(idea_ids)}


def rank(votes: Mapping[str, int]) -> list[RankedIdea]:
    """Every idea with its votes, most first; equal ones in the order given."""
    ordered = sorted(votes, key=lambda idea_id: -votes[idea_id])
    ranked: list[RankedIdea] = []
    for place, idea_id in enumerate(ordered, 1):
        count = votes[idea_id]
        shared = ranked[-1].rank if ranked and ranked[-1].votes == count else place
        ranked.append(RankedIdea(idea_id, count, shared))
    return ranked


def totals(counts: Iterable[PartitionCount]) -> Tally:
    """The counts of all partitions together."""
    together: Counter[str] = Counter()
    for count in counts:
        together.update(count.tally.counts)
    return Tally(together)


def same_ballot(
    counts: Iterable[PartitionCount], idea_ids: Sequence[str], removed: Iterable[str], rules: Rules
) -> bool:
    """Whether each partition ends with this ballot: these ideas, of which these left, by rules."""
    left = set(removed)
    return all(
        count.poll.rules == rules
        and tuple(count.poll.ideas) == tuple(idea_ids)
        and {idea for idea, ordinal in count.poll.ideas.items() if ordinal in count.poll.removed}
        == left
        for count in counts
    )


def difference(count: PartitionCount, live: Tally) -> str | None:
    """What the live count of a partition has otherwise than the recount; None when equal.

    Records before the opening and after the seal are no part of the tally, whichever of the two
    has seen them.
    """
    recounted, counted = _within(count.tally), _within(live)
    for name in sorted(recounted.keys() | counted.keys()):
        there, here = recounted.get(name, 0), counted.get(name, 0)
        if there != here:
            return f"partition {count.partition}, {name}: recount {there}, live {here}"
    return None


def _within(tally: Tally) -> dict[str, int]:
    outside = {verdict_name(Verdict.TOO_EARLY), verdict_name(Verdict.AFTER_SEAL)}
    return {name: n for name, n in tally.counts.items() if n and name not in outside}
