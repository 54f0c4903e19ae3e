"""Votes that follow a merged idea, and come back: ballot by ballot, and as a tally tells it."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.merging import merge, part
from groundswell_voting.counting.rules import Ballot, Verdict
from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Closed,
    DeadlinePassed,
    Merged,
    Parted,
    Reinstated,
    Rules,
    SetAside,
)
from tests.unit.voting.counting.folds import of_bodies
from tests.unit.voting.logs import CHANNELS, DAYS, NEXT, VOTERS, ballot, opened, vote

NOTHING: frozenset[int] = frozenset()
PAIR = ((0, 1),)


def standing(*ideas: int, merged: tuple[tuple[int, int], ...] = ()) -> Ballot:
    channels = [CHANNELS[idea % 2] for idea in ideas]
    return Ballot(ideas, tuple(channels), 2, 0, merged)


class TestBallots:
    def test_a_vote_counts_for_the_other_idea_by_its_own_channel(self) -> None:
        after = merge(standing(2, 0), 0, 1, 2, frozenset({0}))
        assert after == standing(2, 0, merged=PAIR)
        assert after.counted() == {2: 0, 1: 1}
        assert after.goes_to(0) == 1

    def test_who_voted_for_both_has_one(self) -> None:
        """It is the vote for the idea itself, whichever came first."""
        assert merge(standing(0, 1), 0, 1, 2, frozenset({0})).counted() == {1: 1}
        assert merge(standing(1, 0), 0, 1, 2, frozenset({0})).counted() == {1: 0}

    def test_of_two_that_went_on_in_one_the_first_stands(self) -> None:
        both = merge(merge(standing(2, 0), 0, 1, 2, NOTHING), 2, 1, 2, NOTHING)
        assert both.counted() == {1: 0}

    @pytest.mark.parametrize("before", [Ballot(), standing(1), standing(1, 2)])
    def test_a_ballot_without_the_idea_is_the_same(self, before: Ballot) -> None:
        assert merge(before, 0, 1, 2, frozenset({0})) is before
        assert part(before, 0, 1, 2, NOTHING) is before

    def test_a_place_that_was_taken_meanwhile_is_gone(self) -> None:
        """The idea had left, so that another one was voted for in its place."""
        assert merge(standing(0, 2), 0, 1, 1, frozenset({0})) == standing(2)
        assert merge(standing(0, 2), 0, 1, None, frozenset({0})).counted() == {1: 0, 2: 1}

    def test_a_vote_comes_back_where_there_is_a_place(self) -> None:
        both = standing(0, 1, merged=PAIR)
        assert part(both, 0, 1, 2, NOTHING) == standing(0, 1)
        full = standing(0, 1, 2, merged=PAIR)
        assert part(full, 0, 1, 2, NOTHING) == standing(1, 2)
        assert part(full, 0, 1, 3, NOTHING) == standing(0, 1, 2)

    def test_the_other_idea_leaves_with_the_vote_that_brought_it(self) -> None:
        assert part(standing(0, 2, merged=PAIR), 0, 1, 2, NOTHING) == standing(0, 2)

    def test_ideas_merged_one_after_the_other_go_all_the_way_and_back(self) -> None:
        first = merge(standing(0), 0, 1, 1, NOTHING)
        second = merge(first, 1, 2, 1, NOTHING)
        assert second.counted() == {2: 0}
        assert part(second, 1, 2, 1, NOTHING) == first
        assert part(first, 0, 1, 1, NOTHING) == standing(0)

    def test_no_pair_is_left_that_a_later_vote_could_go_by(self) -> None:
        chained = merge(merge(standing(0, 3), 0, 1, 2, NOTHING), 1, 2, 2, NOTHING)
        assert part(chained, 0, 1, 2, NOTHING) == standing(0, 3)
        assert merge(standing(0, 2), 0, 1, 1, frozenset({0})).merged == ()

    def test_ideas_are_not_merged_in_a_circle(self) -> None:
        there = merge(standing(0), 0, 1, 1, NOTHING)
        assert merge(there, 1, 0, 1, NOTHING) is there

    @given(
        st.lists(st.integers(0, 5), unique=True, max_size=5).map(tuple),
        st.none() | st.integers(1, 5),
    )
    def test_parting_undoes_merging(self, ideas: tuple[int, ...], limit: int | None) -> None:
        before = standing(*ideas[:limit])
        after = merge(before, 0, 1, limit, frozenset({0}))
        assert (after is before) == (0 not in before.ideas)
        assert part(after, 0, 1, limit, NOTHING) == before


LEAVES = BallotChanged("ship", NEXT, removed=("boaty",))
RETURNS = BallotChanged("ship", NEXT, added=("boaty",))
MERGED = Merged("ship", NEXT, "boaty", "poppy", VOTERS)
PARTED = Parted("ship", NEXT, "boaty", "poppy", VOTERS)
OPENED = opened(number=NEXT)
TWO = opened(number=NEXT, rules=Rules(ideas_per_ballot=2))
CHANGEABLE = opened(number=NEXT, rules=Rules("changeable", 2))
ASIDE = SetAside("ship", NEXT, ("voter_0",))
BACK = Reinstated("ship", NEXT, ("voter_0",))


def votes_of(*bodies: Body) -> dict[str, int]:
    """What the tally has under each name that counts votes, of ideas by their ids."""
    fold = of_bodies(*bodies)
    tally, ids = fold.tallies["ship"], list(fold.polls["ship"].ideas)
    found = {ids[idea]: number for idea, number in tally.votes().items()}
    found |= {f"aside {ids[idea]}": number for idea, number in tally.set_aside().items()}
    found |= {f"{c} {ids[idea]}": number for (c, idea), number in tally.channels().items()}
    return {name: number for name, number in found.items() if number}


Case = tuple[list[Body], dict[str, int]]
CASES: dict[str, Case] = {
    "votes follow": (
        [OPENED, vote(), vote("voter_1", "poppy"), LEAVES, MERGED],
        {"poppy": 2},
    ),
    "each voter once": (
        [TWO, vote(), vote(idea="poppy"), vote("voter_1"), LEAVES, MERGED],
        {"poppy": 2},
    ),
    "and back": (
        [TWO, vote(), vote(idea="poppy"), vote("voter_1"), LEAVES, MERGED, RETURNS, PARTED],
        {"boaty": 2, "poppy": 1},
    ),
    "merged twice": (
        [OPENED, vote(), LEAVES, MERGED, RETURNS, PARTED, LEAVES, MERGED],
        {"poppy": 1},
    ),
    "a repeat of the record": ([OPENED, vote(), LEAVES, MERGED, MERGED], {"poppy": 1}),
    "a repeat of the vote": ([OPENED, vote(), LEAVES, MERGED, vote()], {"poppy": 1}),
    "a full ballot stays full": (
        [OPENED, vote(), LEAVES, MERGED, vote(idea="henry")],
        {"poppy": 1},
    ),
    "the place of a second vote is free": (
        [TWO, vote(), vote(idea="poppy"), LEAVES, MERGED, vote(idea="henry")],
        {"poppy": 1, "henry": 1},
    ),
    "what was voted for in that place stays": (
        [TWO, vote(), vote(idea="poppy"), LEAVES, MERGED, vote(idea="henry"), RETURNS, PARTED],
        {"poppy": 1, "henry": 1},
    ),
    "a vote for the other idea is one's own": (
        [TWO, vote(), LEAVES, MERGED, vote(idea="poppy", channel="shop"), RETURNS, PARTED],
        {"boaty": 1, "poppy": 1, "shop poppy": 1},
    ),
    "what found no place may be cast again": (
        [
            OPENED,
            vote(),
            LEAVES,
            MERGED,
            vote(idea="poppy"),
            RETURNS,
            PARTED,
            vote(),
            BallotChanged("ship", NEXT, removed=("poppy",)),
            vote(),
        ],
        {"boaty": 1, "poppy": 1},
    ),
    "votes of new voters stay where they are": (
        [OPENED, vote(), LEAVES, MERGED, RETURNS, vote("voter_1"), PARTED],
        {"boaty": 2},
    ),
    "voters set aside": (
        [OPENED, vote(), vote("voter_1"), ASIDE, LEAVES, MERGED],
        {"poppy": 1, "aside poppy": 1},
    ),
    "voters set aside and reinstated between": (
        [OPENED, vote(), ASIDE, LEAVES, MERGED, BACK, RETURNS, ASIDE, PARTED, BACK],
        {"boaty": 1},
    ),
    "a ballot states it": (
        [CHANGEABLE, ballot(ideas=("boaty", "henry"), revision=1), LEAVES, MERGED],
        {"poppy": 1, "henry": 1},
    ),
    "a ballot states both": (
        [CHANGEABLE, ballot(ideas=("boaty", "poppy"), revision=1), LEAVES, MERGED],
        {"poppy": 1},
    ),
    "a ballot stated anew says what it says": (
        [
            CHANGEABLE,
            ballot(ideas=("boaty", "henry"), revision=1),
            LEAVES,
            MERGED,
            ballot(ideas=("henry",), revision=2),
            RETURNS,
            PARTED,
        ],
        {"henry": 1},
    ),
    "after the closing": ([OPENED, vote(), LEAVES, Closed("ship", NEXT), MERGED], {"poppy": 1}),
    "all of it after the closing": (
        [OPENED, vote(), Closed("ship", NEXT), LEAVES, MERGED, RETURNS, PARTED],
        {"boaty": 1},
    ),
    "a pair that the ballot never had": (
        [OPENED, vote(), LEAVES, Merged("ship", NEXT, "boaty", "nonsense", VOTERS)],
        {"boaty": 1},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_where_votes_are(name: str) -> None:
    bodies, expected = CASES[name]
    assert votes_of(*bodies) == expected


def test_every_day_has_a_ballot_that_follows() -> None:
    daily = opened(number=NEXT, rules=Rules(period="day"))
    votes = [vote(period=day) for day in DAYS]
    assert votes_of(daily, *votes, LEAVES, MERGED) == {"poppy": 2}
    other = [vote(period=DAYS[0]), vote(idea="poppy", period=DAYS[1])]
    assert votes_of(daily, *other, LEAVES, MERGED, RETURNS, PARTED) == {"boaty": 1, "poppy": 1}


def test_weight_and_channel_go_along() -> None:
    weighty = opened(number=NEXT, rules=Rules(weights={"gold": 3}, channels=CHANNELS))
    cast = vote(segment="gold", channel="shop")
    assert votes_of(weighty, cast, LEAVES, MERGED) == {"poppy": 3, "shop poppy": 3}


def test_only_the_voters_named_move() -> None:
    some = replace(MERGED, voters=("voter_1",))
    votes = [vote(), vote("voter_1")]
    assert votes_of(OPENED, *votes, LEAVES, some) == {"boaty": 1, "poppy": 1}


def test_the_verdict_on_a_vote_is_that_of_what_was_voted_for() -> None:
    log: list[Body] = [TWO, vote(), LEAVES, MERGED, vote(), vote(idea="poppy"), vote(idea="poppy")]
    told = of_bodies(*log).tallies["ship"].verdicts()
    assert told == Counter({Verdict.COUNTED: 2, Verdict.REPEAT: 1, Verdict.IDEA_REMOVED: 1})


def test_a_deadline_notes_what_followed() -> None:
    due = DeadlinePassed("ship", NEXT, ("boaty", "poppy"))
    tally = of_bodies(OPENED, vote(), LEAVES, MERGED, due).tallies["ship"]
    assert tally.at_deadline(4) == {0: 0, 1: 1}
