"""What a fold makes of the records of a partition, by example."""

from groundswell_voting.counting.fold import BallotKey, ballot_key
from groundswell_voting.counting.rules import Stage, Verdict
from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Closed,
    DeadlinePassed,
    Reinstated,
    Rules,
    SetAside,
)
from tests.unit.voting.counting.folds import from_zero, of_bodies, vote_counts
from tests.unit.voting.counting.stored import Stored
from tests.unit.voting.logs import (
    CHANNELS,
    CLOSES_AT_MS,
    DAYS,
    NEXT,
    VOTERS,
    WEIGHTS,
    ballot,
    life,
    numbered,
    opened,
    records_of,
    vote,
)


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
