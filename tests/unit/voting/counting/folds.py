"""Folds of small logs, and what a tally must hold by its ballots alone."""

from collections import Counter
from collections.abc import Iterable

from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.tally import Tally
from groundswell_voting.voteslog.rules import Body, Record
from tests.unit.voting.logs import numbered, records_of


def from_zero(log: Iterable[Record], partition: int = 0, partitions: int = 1) -> Fold:
    fold = Fold(partition, partitions)
    fold.take_all(log)
    return fold


def of_bodies(*bodies: Body) -> Fold:
    return from_zero(records_of(numbered(bodies)))


def expected_counts(fold: Fold, poll_id: str) -> Counter[str]:
    """Votes of a poll by the names of a tally, counted out of the ballots alone."""
    poll, counts = fold.polls[poll_id], Counter[str]()
    for key, stands in fold.ballots.items():
        if key.poll_id != poll_id:
            continue
        aside = key.voter in poll.set_aside
        for idea, place in stands.counted().items():
            channel = stands.channels[place]
            counts[f"a{idea}" if aside else str(idea)] += stands.weight
            if not aside and channel != poll.rules.channels[0]:
                counts[f"c:{channel}:{idea}"] += stands.weight
    return counts


def vote_counts(tally: Tally) -> Counter[str]:
    """The counts of votes in a tally: no verdicts, no notes of deadlines, no number of voters."""
    return Counter({n: v for n, v in tally.counts.items() if n[0] not in "vds"})
