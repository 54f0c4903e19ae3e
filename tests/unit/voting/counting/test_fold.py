"""The fold gives the same tally however the log is cut, repeated or spread over partitions."""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.fold import BallotKey, Fold, Tally, ballot_key
from groundswell_voting.counting.rules import Ballot, Poll, Stage, Verdict
from groundswell_voting.voteslog.rules import Body, Record, Vote, partition_of
from tests.unit.voting.logs import IDEAS, VOTERS, life, logs, opened, records_of, vote


@dataclass
class Stored:
    """What Redis holds of a partition: read as `Projection.load` does, written as `save` does."""

    polls: dict[str, Poll] = field(default_factory=dict)
    ballots: dict[BallotKey, Ballot] = field(default_factory=dict)
    votes: dict[tuple[str, str], int] = field(default_factory=dict)
    verdicts: dict[tuple[str, Verdict], int] = field(default_factory=dict)

    def load(self, batch: list[Record]) -> Fold:
        """A fold with all that the batch can touch, and nothing else."""
        votes = [record.body for record in batch if isinstance(record.body, Vote)]
        keys = {ballot_key(v) for v in votes}
        tallies: dict[str, Tally] = {v.poll_id: Tally() for v in votes}
        for poll_id, idea in {(v.poll_id, idea) for v in votes for idea in v.idea_ids}:
            if (poll_id, idea) in self.votes:
                tallies[poll_id].votes[idea] = self.votes[poll_id, idea]
        for (poll_id, verdict), count in self.verdicts.items():
            if poll_id in tallies:
                tallies[poll_id].verdicts[verdict] = count
        ballots = {key: ballot for key, ballot in self.ballots.items() if key in keys}
        return Fold(0, 1, dict(self.polls), ballots, tallies)

    def save(self, fold: Fold) -> None:
        """What changed, in absolute values."""
        self.polls |= {poll_id: fold.polls[poll_id] for poll_id in fold.changed_polls}
        self.ballots |= {key: fold.ballots[key] for key in fold.changed_ballots}
        for poll_id, tally in fold.tallies.items():
            self.votes |= {(poll_id, idea): count for idea, count in tally.votes.items()}
            self.verdicts |= {(poll_id, verdict): n for verdict, n in tally.verdicts.items()}


def from_zero(log: list[Record], partition: int = 0, partitions: int = 1) -> Fold:
    fold = Fold(partition, partitions)
    fold.take_all(log)
    return fold


def stored(fold: Fold) -> Stored:
    whole = Stored()
    whole.save(fold)
    return whole


@given(logs(), st.data())
def test_counting_on_equals_counting_from_zero(log: list[Record], data: st.DataObject) -> None:
    cuts = data.draw(st.sets(st.integers(0, len(log))), label="cuts")
    counted = Stored()
    for start, stop in pairwise(sorted({0, len(log)} | cuts)):
        fold = counted.load(log[start:stop])
        fold.take_all(log[start:stop])
        counted.save(fold)
    assert counted == stored(from_zero(log))


@given(logs())
def test_totals_are_the_ballots_times_their_weights(log: list[Record]) -> None:
    fold = from_zero(log)
    expected: Counter[tuple[str, str]] = Counter()
    for key, ballot in fold.ballots.items():
        assert len(set(ballot.ideas)) == len(ballot.ideas)
        assert 0 < len(ballot.ideas) <= fold.polls[key.poll_id].ideas_per_ballot
        expected.update({(key.poll_id, IDEAS[ordinal]): ballot.weight for ordinal in ballot.ideas})
    counts = {(p, i): n for p, tally in fold.tallies.items() for i, n in tally.votes.items() if n}
    assert counts == expected


@given(logs())
def test_every_vote_gets_one_verdict(log: list[Record]) -> None:
    fold = Fold(0, 1)
    verdicts = [fold.take(record) for record in log]
    votes = [isinstance(record.body, Vote) for record in log]
    assert [verdict is not None for verdict in verdicts] == votes
    assert sum(tally.verdicts.total() for tally in fold.tallies.values()) == sum(votes)


@given(logs(), st.data())
def test_a_counted_vote_sent_again_changes_no_vote(log: list[Record], data: st.DataObject) -> None:
    """A repeat anywhere behind it, at whatever time: a retry that came late, or after closing."""
    fold = Fold(0, 1)
    counted = [at for at, record in enumerate(log) if fold.take(record) is Verdict.COUNTED]
    if not counted:
        return
    bodies = [(record.body, record.appended_at_ms) for record in log]
    for _ in range(data.draw(st.integers(1, 3), label="repeats")):
        at = data.draw(st.sampled_from(counted), label="of")
        repeat = (bodies[at][0], data.draw(st.integers(0, 3_000), label="time"))
        # Behind all that was there, so that the places of the counted ones stay as they are.
        later = data.draw(st.integers(max(counted) + 1, len(bodies)), label="to")
        bodies.insert(later, repeat)
    again = from_zero(records_of([b for b, _ in bodies], [at_ms for _, at_ms in bodies]))
    assert again.ballots == fold.ballots
    assert again.polls == fold.polls
    assert {p: +t.votes for p, t in again.tallies.items()} == {
        p: +t.votes for p, t in fold.tallies.items()
    }


@given(st.lists(st.tuples(st.sampled_from(VOTERS), st.sampled_from(IDEAS)), max_size=30), st.data())
def test_the_order_between_partitions_is_of_no_matter(
    choices: list[tuple[str, str]], data: st.DataObject
) -> None:
    partitions = 3
    logs: list[list[Body]] = [[opened()] for _ in range(partitions)]
    for voter, idea in choices:
        logs[partition_of(voter, partitions)].append(vote(voter, idea))
    parted = [records_of(bodies, partition=p) for p, bodies in enumerate(logs)]
    apart = [from_zero(log, p, partitions) for p, log in enumerate(parted)]

    folds = [Fold(p, partitions) for p in range(partitions)]
    turns = [p for p, log in enumerate(parted) for _ in log]
    left = [iter(log) for log in parted]
    for p in data.draw(st.permutations(turns), label="turns"):
        folds[p].take(next(left[p]))
    assert folds == apart
    first = dict(reversed(choices))
    total: Counter[str] = Counter()
    for fold in folds:
        total.update(fold.tallies["ship"].votes if fold.tallies else {})
    assert total == Counter(first.values())


@given(st.sampled_from(VOTERS), st.integers(0, 4))
def test_a_vote_in_another_partition_never_counts(voter: str, partition: int) -> None:
    fold = from_zero(records_of([opened(), vote(voter)], partition=partition), partition, 5)
    right = partition_of(voter, 5) == partition
    assert fold.tallies["ship"].votes["boaty"] == right
    assert fold.tallies["ship"].verdicts == {
        Verdict.COUNTED if right else Verdict.WRONG_PARTITION: 1
    }


def test_a_gap_halts_one_poll_and_not_its_neighbour() -> None:
    bodies: list[Body] = [opened("ship"), opened("pizza"), life("ship")[2]]
    bodies += [vote("voter_1", poll="ship"), vote("voter_1", poll="pizza")]
    fold = from_zero(records_of(bodies))
    assert fold.polls["ship"].halted
    assert fold.tallies["ship"].verdicts == {Verdict.HALTED: 1}
    assert fold.tallies["pizza"].verdicts == {Verdict.COUNTED: 1}


def test_what_changed_is_told_and_nothing_else() -> None:
    fold = from_zero(records_of([opened(), vote()]))
    later = Fold(0, 1, dict(fold.polls), dict(fold.ballots), dict(fold.tallies))
    later.take_all(records_of([vote(), opened(), vote("voter_1")]))
    assert later.changed_polls == set()
    assert later.changed_ballots == {BallotKey("ship", "", "voter_1")}


def test_a_retired_poll_is_told_once() -> None:
    fold = from_zero(records_of(life()))
    assert fold.retired_now() == ["ship"]
    assert fold.polls["ship"].stage is Stage.RETIRED
    later = Fold(0, 1, dict(fold.polls))
    later.take_all(records_of([*life(), vote()]))
    assert later.retired_now() == []
    assert later.tallies["ship"].verdicts == {Verdict.AFTER_SEAL: 1}


def test_periods_have_ballots_of_their_own() -> None:
    monday = Vote("v1", "ship", "voter_0", ("boaty",), "pass_1", period="mon")
    tuesday = Vote("v2", "ship", "voter_0", ("poppy",), "pass_1", period="tue")
    fold = from_zero(records_of([opened(), monday, tuesday]))
    assert fold.tallies["ship"].votes == {"boaty": 1, "poppy": 1}
