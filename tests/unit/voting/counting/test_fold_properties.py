"""The fold gives the same tally however the log is cut, repeated or spread over partitions."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting import fold as fold_module
from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.rules import Stage, Verdict
from groundswell_voting.counting.tally import Tally, verdict_name
from groundswell_voting.voteslog.rules import (
    Body,
    DeadlinePassed,
    Merged,
    Parted,
    Record,
    Reinstated,
    Rules,
    Sealed,
    SetAside,
    Vote,
    partition_of,
)
from tests.unit.voting.counting.folds import expected_counts, from_zero, of_bodies, vote_counts
from tests.unit.voting.counting.stored import Stored
from tests.unit.voting.logs import (
    CLOSES_AT_MS,
    DAYS,
    IDEAS,
    NEXT,
    VOTERS,
    WEIGHTS,
    ballot,
    lives,
    logs,
    numbered,
    opened,
    records_of,
    vote,
)

COUNTED = (Verdict.COUNTED, Verdict.SET_ASIDE)


@given(logs(), st.data())
def test_counting_on_equals_counting_from_zero(log: list[Record], data: st.DataObject) -> None:
    """Cut anywhere; after each piece the counter may be a new one, which reads what is stored."""
    everywhere = st.just(set(range(len(log))))
    cuts = data.draw(everywhere | st.sets(st.integers(0, len(log))), label="cuts")
    counted, memory = Stored(), None
    for start, stop in pairwise(sorted({0, len(log)} | cuts)):
        kept = memory if data.draw(st.booleans(), label="goes on") else None
        memory = counted.count(log[start:stop], kept)
    whole = Stored()
    whole.count(log)
    assert counted.content() == whole.content()


@given(logs())
def test_what_a_batch_can_touch_is_loaded(log: list[Record]) -> None:
    """A fold that has every ballot changes none but those that it asks for."""
    fold = Fold(0, 1)
    for record in log:
        asked = fold.ballots_of([record])
        fold.take(record)
        assert fold.changed_ballots <= asked
        fold.changed_ballots.clear()


@given(logs(), st.data())
def test_a_log_is_counted_alike_however_much_is_set_aside_at_once(
    log: list[Record], data: st.DataObject
) -> None:
    """Batches end before ballots become too many, and none is empty."""
    counted, left = Stored(), log
    with patch.object(fold_module, "MOST_BALLOTS", data.draw(st.integers(0, 8), label="most")):
        while left:
            batch = counted.restore().at_once(left)
            counted.count(batch)
            assert batch
            left = left[len(batch) :]
    whole = Stored()
    whole.count(log)
    assert counted.content() == whole.content()


@given(logs())
def test_totals_are_the_ballots_times_their_weights(log: list[Record]) -> None:
    """At every moment: votes, votes set aside and votes by channel."""
    fold = Fold(0, 1)
    for record in log:
        fold.take(record)
        for poll_id, tally in fold.tallies.items():
            poll = fold.polls.get(poll_id)
            if poll is None or poll.stage is Stage.RETIRED:
                assert not +vote_counts(tally)
            else:
                assert vote_counts(tally) == expected_counts(fold, poll_id)
                assert tally.voters_set_aside() == len(poll.set_aside)


@given(logs())
def test_no_voter_has_more_than_the_rules_allow(log: list[Record]) -> None:
    fold = from_zero(log)
    for key, stands in fold.ballots.items():
        poll = fold.polls[key.poll_id]
        assert len(set(stands.ideas)) == len(stands.ideas)
        assert stands.weight in (1, *poll.rules.weights.values())
        if poll.stage is Stage.RETIRED:
            continue
        left = stands.counted().keys() - poll.removed
        assert poll.rules.ideas_per_ballot is None or len(left) <= poll.rules.ideas_per_ballot
        assert (stands.revision > 0) == (poll.rules.kind == "changeable")
        assert key.period in poll.periods
        assert (key.period != "") == (poll.rules.period == "day")


@given(logs())
def test_every_vote_gets_one_verdict(log: list[Record]) -> None:
    fold = Fold(0, 1)
    verdicts = [fold.take(record) for record in log]
    votes = [isinstance(record.body, Vote) for record in log]
    assert [verdict is not None for verdict in verdicts] == votes
    kept = sum(tally.verdicts().total() for tally in fold.tallies.values())
    assert kept == sum(votes) or fold.retired


@given(logs(undone=False), st.data())
def test_a_counted_vote_sent_again_changes_no_vote(log: list[Record], data: st.DataObject) -> None:
    """A repeat anywhere behind it, at whatever time: a retry that came late, or after closing.

    One that finds no place when a merge is undone is off the ballot, and may be cast again.
    """
    fold = Fold(0, 1)
    counted = [at for at, record in enumerate(log) if fold.take(record) in COUNTED]
    if not counted:
        return
    repeats = data.draw(st.lists(st.sampled_from(counted), min_size=1, max_size=3), label="of")
    places = [(data.draw(st.integers(at + 1, len(log)), label="to"), at) for at in repeats]
    bodies = [(record.body, record.appended_at_ms) for record in log]
    for place, at in sorted(places, reverse=True):
        later = data.draw(st.integers(0, 3 * CLOSES_AT_MS), label="time")
        bodies.insert(place, (log[at].body, later))
    again = from_zero(records_of([b for b, _ in bodies], [at_ms for _, at_ms in bodies]))
    assert again.ballots == fold.ballots
    assert again.polls == fold.polls
    for poll_id, tally in again.tallies.items():
        before = fold.tallies.get(poll_id, Tally())
        assert vote_counts(tally) == vote_counts(before)
        assert all(tally.counts[verdict_name(v)] == before.counts[verdict_name(v)] for v in COUNTED)


@given(lives(), st.integers(1, 4), st.data())
def test_it_is_of_no_matter_how_voters_are_spread_over_partitions(
    bodies: list[Body], partitions: int, data: st.DataObject
) -> None:
    """Each partition gets all control records, with its own voters; and is read when it likes."""
    logs: list[list[Body]] = [[] for _ in range(partitions)]
    for body in numbered(bodies):
        for partition, log in enumerate(logs):
            match body:
                case Vote() if partition_of(body.voter, partitions) != partition:
                    continue
                case SetAside() | Reinstated() | Merged() | Parted():
                    mine = (v for v in body.voters if partition_of(v, partitions) == partition)
                    log.append(replace(body, voters=tuple(mine)))
                case _:
                    log.append(body)
    folds = [Fold(p, partitions) for p in range(partitions)]
    left = [iter(records_of(log, partition=p)) for p, log in enumerate(logs)]
    turns = [p for p, log in enumerate(logs) for _ in log]
    for partition in data.draw(st.permutations(turns), label="turns"):
        folds[partition].take(next(left[partition]))
    whole = of_bodies(*bodies)
    together: Counter[str] = Counter()
    for fold in folds:
        together.update(fold.tallies.get("ship", Tally()).counts)
    assert together == whole.tallies.get("ship", Tally()).counts
    assert {k: b for fold in folds for k, b in fold.ballots.items()} == whole.ballots


@given(lives(), st.data())
def test_set_aside_and_reinstated_is_as_if_never_set_aside(
    bodies: list[Body], data: st.DataObject
) -> None:
    """Before their votes or after, while open or closed, twice or more often."""
    bodies = [b for b in bodies if not isinstance(b, SetAside | Reinstated | DeadlinePassed)]
    voters = tuple(data.draw(st.sets(st.sampled_from(VOTERS), min_size=1), label="voters"))
    sealed = next((at for at, b in enumerate(bodies) if isinstance(b, Sealed)), len(bodies))
    places = st.lists(st.integers(1, sealed), min_size=2, max_size=4)
    *asides, back = sorted(data.draw(places, label="places"))
    troubled = list(bodies)
    troubled.insert(back, Reinstated("ship", NEXT, voters))
    for place in reversed(asides):
        troubled.insert(place, SetAside("ship", NEXT, voters))
    never, twice = of_bodies(*bodies), of_bodies(*troubled)
    assert twice.ballots == never.ballots
    assert {p: replace(poll, number=0) for p, poll in twice.polls.items()} == {
        p: replace(poll, number=0) for p, poll in never.polls.items()
    }
    there, here = (fold.tallies.get("ship", Tally()) for fold in (never, twice))
    assert vote_counts(there) == vote_counts(here)
    # What came while its voter was set aside stays told apart from what counted at once.
    verdicts = here.verdicts()
    verdicts[Verdict.COUNTED] += verdicts.pop(Verdict.SET_ASIDE, 0)
    assert verdicts == there.verdicts()


@given(st.permutations(range(1, 7)), st.sampled_from(["", DAYS[0]]), st.data())
def test_the_highest_revision_stands_in_whatever_order_they_come(
    order: list[int], period: str, data: st.DataObject
) -> None:
    ideas = st.lists(st.sampled_from(IDEAS), max_size=3, unique=True)
    stated = {n: tuple(sorted(data.draw(ideas), reverse=True)) for n in order}
    rules = Rules("changeable", None, "day" if period else "poll", weights=WEIGHTS)
    segments = {n: data.draw(st.sampled_from(["", *WEIGHTS])) for n in order}
    votes = [ballot(ideas=stated[n], revision=n, period=period, segment=segments[n]) for n in order]
    fold = of_bodies(opened(number=NEXT, rules=rules), *votes, *votes)
    highest = max(order)
    stands = fold.ballots[BallotKey("ship", period, "voter_0")]
    assert (stands.revision, stands.weight) == (highest, rules.weight_of(segments[highest]))
    assert stands.ideas == tuple(i for i, idea in enumerate(IDEAS) if idea in stated[highest])
    expected = dict.fromkeys(map(str, stands.ideas), stands.weight)
    assert +vote_counts(fold.tallies["ship"]) == expected


@given(st.sampled_from(VOTERS), st.integers(0, 4))
def test_a_vote_in_another_partition_never_counts(voter: str, partition: int) -> None:
    fold = from_zero(records_of([opened(), vote(voter)], partition=partition), partition, 5)
    right = partition_of(voter, 5) == partition
    assert fold.tallies["ship"].votes()[0] == right
    assert fold.tallies["ship"].verdicts() == {
        Verdict.COUNTED if right else Verdict.WRONG_PARTITION: 1
    }
