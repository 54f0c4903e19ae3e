"""Intervals hold what changed, and are never noted of a count that stands behind."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.history.rules import (
    MAX_POINTS,
    Noted,
    bucket_seconds,
    by_idea,
    last_interval,
    merged,
    next_interval,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def counted(votes: dict[int, int], offset: int = 5, seconds: int = 0) -> Noted:
    return Noted(0, NOON + timedelta(seconds=seconds), (offset, 9), votes)


def test_the_first_one_holds_every_idea_with_votes() -> None:
    assert next_interval(None, counted({0: 0, 1: 0})) is None
    first = next_interval(None, counted({0: 3, 1: 0}))
    assert first is not None
    assert (first.number, first.votes) == (1, {0: 3})


def test_a_later_one_holds_what_changed_also_downwards() -> None:
    last = Noted(4, NOON, (5, 9), {0: 3, 1: 2, 2: 1})
    after = next_interval(last, counted({0: 3, 1: 1, 2: 0, 3: 7}, offset=8, seconds=10))
    assert after is not None
    assert (after.number, after.votes) == (5, {1: 1, 2: 0, 3: 7})
    assert next_interval(last, counted({0: 3, 1: 2, 2: 1}, offset=99)) is None


def test_none_is_noted_while_a_partition_is_counted_again() -> None:
    last = Noted(4, NOON, (5, 9), {0: 3})
    assert next_interval(last, counted({0: 1}, offset=4)) is None


def test_time_does_not_go_back() -> None:
    last = Noted(4, NOON, (5, 9), {0: 3})
    after = next_interval(last, counted({0: 4}, seconds=-30))
    assert after is not None
    assert after.counted_up_to == NOON


def test_the_last_one_holds_what_is_final_wherever_the_count_stood() -> None:
    """The log has gone on with other polls when the last note was made."""
    last = Noted(4, NOON, (50, 9), {0: 3, 1: 2})
    final = counted({0: 5, 1: 2}, offset=40, seconds=-9)
    assert last_interval(last, final) == Noted(5, NOON, (50, 9), {0: 5})
    assert last_interval(last, counted({0: 3, 1: 2, 2: 0}, offset=40)) is None
    assert last_interval(None, counted({0: 0})) is None
    first = last_interval(None, final)
    assert first is not None
    assert (first.number, first.votes) == (1, {0: 5, 1: 2})


@given(st.lists(st.dictionaries(st.integers(0, 5), st.integers(0, 9)), max_size=8))
def test_all_intervals_together_are_the_last_count(counts: list[dict[int, int]]) -> None:
    last: Noted | None = None
    shown: dict[int, int] = {}
    for at, votes in enumerate(counts):
        shown |= votes  # a count never forgets an idea
        last = merged(last, next_interval(last, counted(dict(shown), offset=5 + at)))
        together = {} if last is None else {i: n for i, n in last.votes.items() if n}
        assert together == {idea: n for idea, n in shown.items() if n}


def test_a_plot_has_a_bounded_number_of_points() -> None:
    assert bucket_seconds(NOON, NOON + timedelta(minutes=1)) == 10
    month = timedelta(days=30)
    assert month.total_seconds() / bucket_seconds(NOON, NOON + month) <= MAX_POINTS


def test_ordinals_that_are_not_known_yet_are_left_out() -> None:
    assert by_idea({1: 4, 0: 2, 7: 1}, ["boaty", "poppy"]) == {"boaty": 2, "poppy": 4}
