"""What Redis holds of a partition, kept in memory by the same keys, fields and bytes."""

from collections import Counter
from collections.abc import Sequence

from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.layout import (
    BUCKETS,
    bucket_key,
    dropped,
    polls_key,
    read_ballot,
    read_polls,
    read_tally,
    tally_key,
    written,
)
from groundswell_voting.counting.rules import Ballot, Poll
from groundswell_voting.voteslog.rules import Record


class Stored:
    """The hashes of one partition. `save` and `restore` do what the projection's do."""

    def __init__(self, partition: int = 0, partitions: int = 1) -> None:
        self.hashes: dict[str, dict[bytes, bytes]] = {}
        self._partition = partition
        self._partitions = partitions

    def restore(self) -> Fold:
        """A fold that goes on where this stands, without ballots."""
        fold = Fold(self._partition, self._partitions)
        states = self.hashes.get(polls_key(self._partition), {})
        fold.polls = read_polls(states)
        for poll_id in map(bytes.decode, states):
            fold.tallies[poll_id] = read_tally(
                self.hashes.get(tally_key(self._partition, poll_id), {})
            )
        return fold

    def ballots(self, keys: set[BallotKey]) -> dict[BallotKey, Ballot]:
        """The ballots that are there of these."""
        found = {
            key: self.hashes.get(bucket_key(self._partition, key), {}).get(key.voter.encode())
            for key in keys
        }
        return {key: read_ballot(value) for key, value in found.items() if value is not None}

    def save(self, fold: Fold) -> None:
        """Stores what the fold changed."""
        tallies, ballots = dropped(fold)
        for key in [*tallies, *(f"{b}{bucket}" for b in ballots for bucket in range(BUCKETS))]:
            self.hashes.pop(key, None)
        for key, pairs in written(fold).items():
            fields = self.hashes.setdefault(key, {})
            texts = [text.encode() for text in pairs]
            fields.update(zip(texts[::2], texts[1::2], strict=True))

    def count(self, batch: Sequence[Record], fold: Fold | None = None) -> Fold:
        """Counts a batch as the counter does: on its memory when it has one, else restored."""
        fold = self.restore() if fold is None else fold
        fold.ballots = self.ballots(fold.ballots_of(batch))
        fold.take_all(batch)
        self.save(fold)
        fold.stored()
        return fold

    def content(self) -> tuple[dict[str, Poll], dict[str, Counter[str]], dict[str, object]]:
        """All of it, in a form in which equal contents are equal: polls, counts, ballots."""
        fold = self.restore()
        counts = {poll_id: tally.counts for poll_id, tally in fold.tallies.items()}
        ballots: dict[str, object] = {k: v for k, v in self.hashes.items() if ":ballots:" in k}
        return fold.polls, counts, ballots
