"""The fold gives the same tally however the log is cut, repeated or spread over partitions."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.fold import BallotKey, Fold, ballot_key
from groundswell_voting.counting.rules import Stage, Verdict
from groundswell_voting.counting.tally import Tally, verdict_name
from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Closed,
    DeadlinePassed,
    Record,
    Reinstated,
    Rules,
    Sealed,
    SetAside,
    Vote,
    partition_of,
)
from tests.unit.voting.counting.stored import Stored
from tests.unit.voting.logs import (
    CHANNELS,
    CLOSES_AT_MS,
    DAYS,
    IDEAS,
    NEXT,
    VOTERS,
    WEIGHTS,
    ballot,
    life,
    lives,
    logs,
    numbered,
    opened,
    records_of,
    vote,
)

COUNTED = (Verdict.COUNTED, Verdict.SET_ASIDE)


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
        for idea, channel in zip(stands.ideas, stands.channels, strict=True):
            counts[f"a{idea}" if aside else str(idea)] += stands.weight
            if not aside and channel != poll.rules.channels[0]:
                counts[f"c:{channel}:{idea}"] += stands.weight
    return counts


def vote_counts(tally: Tally) -> Counter[str]:
    """The counts of votes in a tally: no verdicts, no notes of deadlines, no number of voters."""
    return Counter({n: v for n, v in tally.counts.items() if n[0] not in "vds"})


def test_counts_by_name() -> None:
    """One poll with all that a tally keeps; the names are what Redis holds, for years maybe."""
    rules = Rules(ideas_per_ballot=2, weights=WEIGHTS, channels=CHANNELS)
    fold = of_bodies(
        opened(number=NEXT, rules=rules),
        vote("voter_0", segment="gold"),
        vote("voter_0", "poppy", segment="gold", channel="shop"),
        vote("voter_1", channel="shop"),
        DeadlinePassed("ship", NEXT, ("boaty", "henry", "nonsense")),
        vote("voter_2"),
        SetAside("ship", NEXT, ("voter_2", "voter_3")),
        vote("voter_3", "henry"),
        vote("voter_2"),
        vote("voter_4", "nonsense"),
    )
    counts = {"0": 4, "1": 3, "a0": 1, "a2": 1, "c:shop:0": 1, "c:shop:1": 3}
    counts |= {"d2:0": 4, "d2:2": 0, "s": 2}
    counts |= {"v:counted": 4, "v:set_aside": 1, "v:repeat": 1, "v:not_on_ballot": 1}
    assert fold.tallies["ship"].counts == counts
    tally = fold.tallies["ship"]
    assert tally.votes() == {0: 4, 1: 3}
    assert tally.set_aside() == {0: 1, 2: 1}
    assert tally.voters_set_aside() == 2
    assert tally.channels() == {("shop", 0): 1, ("shop", 1): 3}
    assert tally.at_deadline(2) == {0: 4, 2: 0}
    assert tally.at_deadline(22) == {}
    assert tally.verdicts()[Verdict.COUNTED] == 4


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
        left = set(stands.ideas) - poll.removed
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


@given(logs(), st.data())
def test_a_counted_vote_sent_again_changes_no_vote(log: list[Record], data: st.DataObject) -> None:
    """A repeat anywhere behind it, at whatever time: a retry that came late, or after closing."""
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
                case SetAside() | Reinstated():
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


def test_a_gap_halts_one_poll_and_not_its_neighbour() -> None:
    bodies: list[Body] = [opened("ship"), opened("pizza"), life("ship")[2]]
    bodies += [vote("voter_1", poll="ship"), vote("voter_1", poll="pizza")]
    fold = of_bodies(*bodies)
    assert fold.polls["ship"].halted
    assert fold.tallies["ship"].verdicts() == {Verdict.HALTED: 1}
    assert fold.tallies["pizza"].verdicts() == {Verdict.COUNTED: 1}


def test_what_changed_is_told_and_nothing_else() -> None:
    fold = of_bodies(opened(number=NEXT), vote(), vote("voter_2", "poppy"))
    fold.stored()
    fold.ballots = {key: of_bodies(opened(), vote()).ballots[key] for key in [ballot_key(vote())]}
    fold.take_all(records_of([vote(), opened(), vote("voter_1")]))
    assert fold.changed_polls == set()
    assert fold.changed_ballots == {BallotKey("ship", "", "voter_1")}
    assert fold.tallies["ship"].changed == {"0", "v:repeat", "v:counted"}


def test_a_retired_poll_loses_its_counts_and_is_told_once() -> None:
    rules = Rules(period="day")
    days = [vote("voter_1", period=day) for day in DAYS]
    opening, *rest = life(rules=rules)
    fold = of_bodies(opening, *days, *rest)
    assert fold.retired == {"ship": DAYS}
    assert fold.polls["ship"].stage is Stage.RETIRED
    assert fold.tallies == {}
    fold.stored()
    fold.take_all(records_of([*rest, vote(period=DAYS[0])]))
    assert fold.retired == {}
    assert fold.tallies["ship"].counts == {"v:after_seal": 1}


def test_a_retired_poll_leaves_no_ballot_behind() -> None:
    """All at once, and record by record; of every period."""
    opening, *rest = life(rules=Rules(period="day"))
    log = records_of([opening, *(vote(v, period=d) for v in VOTERS for d in DAYS), *rest, vote()])
    for batches in ([log], [[record] for record in log]):
        counted = Stored()
        for batch in batches:
            counted.count(batch)
        _, counts, ballots = counted.content()
        assert ballots == {}
        assert counts == {"ship": {"v:after_seal": 1}}


def test_a_day_has_a_ballot_of_its_own() -> None:
    rules = Rules(period="day")
    fold = of_bodies(
        opened(rules=rules),
        vote(period=DAYS[0]),
        vote(idea="poppy", period=DAYS[0]),
        vote(idea="poppy", period=DAYS[1]),
    )
    assert fold.tallies["ship"].votes() == {0: 1, 1: 1}
    assert fold.polls["ship"].periods == DAYS


class TestRemoved:
    def test_the_place_of_a_removed_idea_is_free_and_its_votes_stay_known(self) -> None:
        fold = of_bodies(
            opened(number=NEXT),
            vote(),
            vote(idea="poppy"),
            BallotChanged("ship", NEXT, removed=("boaty",)),
            vote(),
            vote(idea="poppy"),
            vote(idea="henry"),
        )
        tally = fold.tallies["ship"]
        assert tally.votes() == {0: 1, 1: 1}
        assert tally.verdicts() == {
            Verdict.COUNTED: 2,
            Verdict.OVER_LIMIT: 2,
            Verdict.IDEA_REMOVED: 1,
        }

    def test_a_changeable_ballot_drops_it_when_it_is_stated_anew(self) -> None:
        fold = of_bodies(
            opened(number=NEXT, rules=Rules("changeable", 2)),
            ballot(ideas=("boaty", "poppy"), revision=1),
            BallotChanged("ship", NEXT, removed=("boaty",)),
            ballot(ideas=("boaty", "henry"), revision=2),
            ballot(ideas=("poppy", "henry"), revision=2),
        )
        assert +fold.tallies["ship"].votes() == {1: 1, 2: 1}
        assert fold.tallies["ship"].verdicts() == {Verdict.COUNTED: 2, Verdict.IDEA_REMOVED: 1}


class TestSetAside:
    def test_ballots_leave_the_tally_and_come_back_also_when_closed(self) -> None:
        bodies: list[Body] = [
            opened(number=NEXT, rules=Rules(ideas_per_ballot=2, channels=CHANNELS)),
            vote("voter_1", channel="shop"),
            vote("voter_2"),
            Closed("ship", NEXT),
            SetAside("ship", NEXT, ("voter_1", "voter_1")),
            SetAside("ship", NEXT, ("voter_1",)),
        ]
        tally = of_bodies(*bodies).tallies["ship"]
        assert +vote_counts(tally) == {"0": 1, "a0": 1}
        assert tally.voters_set_aside() == 1
        tally = of_bodies(*bodies, Reinstated("ship", NEXT, ("voter_1",))).tallies["ship"]
        assert +vote_counts(tally) == {"0": 2, "c:shop:0": 1}
        assert tally.voters_set_aside() == 0

    def test_of_a_daily_poll_all_days_leave(self) -> None:
        fold = of_bodies(
            opened(number=NEXT, rules=Rules(period="day")),
            *(vote("voter_1", period=day) for day in DAYS),
            SetAside("ship", NEXT, ("voter_1",)),
        )
        assert +vote_counts(fold.tallies["ship"]) == {"a0": 2}

    def test_a_changed_ballot_stays_outside(self) -> None:
        fold = of_bodies(
            opened(number=NEXT, rules=Rules("changeable", 1)),
            SetAside("ship", NEXT, ("voter_1",)),
            ballot("voter_1", ("boaty",), revision=1),
            ballot("voter_1", ("poppy",), revision=2),
        )
        assert +vote_counts(fold.tallies["ship"]) == {"a1": 1}
        assert fold.tallies["ship"].verdicts() == {Verdict.SET_ASIDE: 2}


def test_a_deadline_notes_what_ideas_have_up_to_it() -> None:
    fold = of_bodies(
        opened(number=NEXT, rules=Rules(ideas_per_ballot=None)),
        vote("voter_1"),
        DeadlinePassed("ship", NEXT, ("boaty", "poppy")),
        DeadlinePassed("ship", 2, ("boaty", "henry")),
        vote("voter_2"),
        DeadlinePassed("ship", NEXT, ("boaty",)),
    )
    tally = fold.tallies["ship"]
    assert (tally.at_deadline(2), tally.at_deadline(3)) == ({0: 1, 1: 0}, {0: 2})


def test_a_moved_closing_judges_what_lies_behind_it() -> None:
    bodies = numbered(
        [
            opened(number=NEXT),
            vote("voter_1"),
            BallotChanged("ship", NEXT, closes_at_ms=CLOSES_AT_MS * 2),
            vote("voter_2"),
            BallotChanged("ship", NEXT, closes_at_ms=CLOSES_AT_MS),
            vote("voter_3"),
        ]
    )
    fold = from_zero(records_of(bodies, [CLOSES_AT_MS] * len(bodies)))
    assert fold.tallies["ship"].verdicts() == {Verdict.TOO_LATE: 2, Verdict.COUNTED: 1}
