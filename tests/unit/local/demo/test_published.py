from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_local.demo.published import PublishedName, read_published, scaled, voting_order

DATA = Path(__file__).parents[4] / "data" / "nameourship-2016.csv"
TOTALS = [124_109, 34_371, 15_231, 10_679, 10_284]

totals = st.lists(st.integers(1, 10**6), min_size=1, max_size=12)


def test_the_published_result_is_read_best_first() -> None:
    names = read_published(DATA)

    assert names[0] == PublishedName(1, "RRS Boaty McBoatface", 124_109)
    assert [name.rank for name in names] == [1, 2, 3, 4, 5]
    assert [name.votes for name in names] == TOTALS
    assert sum(name.votes for name in names) == 194_674


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        (194_674, TOTALS),
        (2_000, [1_275, 353, 156, 110, 106]),
        (10, [6, 1, 1, 1, 1]),
        (5, [1, 1, 1, 1, 1]),
    ],
)
def test_scaled_totals_of_the_contest(votes: int, expected: list[int]) -> None:
    assert scaled(TOTALS, votes) == expected


def test_fewer_votes_than_names_are_refused() -> None:
    with pytest.raises(ValueError, match="5 names need 5 votes or more, not 4"):
        scaled(TOTALS, 4)


@given(totals, st.integers(0, 10**6))
def test_scaled_totals_sum_to_the_votes_and_leave_nobody_without(
    totals: list[int], more: int
) -> None:
    votes = len(totals) + more

    counts = scaled(totals, votes)

    assert sum(counts) == votes
    assert min(counts) >= 1


@given(totals, st.integers(0, 10**6))
def test_scaling_turns_no_order_around(totals: list[int], more: int) -> None:
    counts = scaled(totals, len(totals) + more)

    for total, count in zip(totals, counts, strict=True):
        for other_total, other_count in zip(totals, counts, strict=True):
            assert not (total > other_total and count < other_count)


@given(totals, st.integers(0, 10**6))
def test_each_scaled_total_is_its_share_to_less_than_one_vote_unless_some_are_lifted(
    totals: list[int], more: int
) -> None:
    votes = len(totals) + more
    counts = scaled(totals, votes)
    shares = [votes * total / sum(totals) for total in totals]

    if min(shares) >= 1:
        assert all(abs(count - share) < 1 for count, share in zip(counts, shares, strict=True))


@given(totals)
def test_the_sum_gives_the_totals_back(totals: list[int]) -> None:
    assert scaled(totals, sum(totals)) == totals


def test_the_order_of_voters_is_mixed_and_the_same_in_every_run() -> None:
    order = voting_order([60, 30, 10])

    assert [order.count(position) for position in range(3)] == [60, 30, 10]
    assert order == voting_order([60, 30, 10])
    assert order != sorted(order)
