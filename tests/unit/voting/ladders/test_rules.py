"""How ideas climb: steps, deadlines, and that each step is reached or missed exactly once."""

from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.ladders.rules import (
    Climb,
    StepReached,
    begin,
    climb_on,
    conclude,
    is_climbing,
    judge_at_deadline,
)
from groundswell_voting.voteslog.rules import LadderStep

DAY_MS = 86_400_000
# A toy maker's ladder: 100 in 60 days, 1,000 within a year, 5,000 and 10,000 in half a year each.
TOYS = (
    LadderStep(100, 60 * 86_400),
    LadderStep(1_000, 365 * 86_400),
    LadderStep(5_000, 182 * 86_400),
    LadderStep(10_000, 182 * 86_400),
)
START = begin("toys", "castle", TOYS, 0)


def test_an_idea_begins_with_the_time_of_the_first_step() -> None:
    assert Climb("toys", "castle", 60 * DAY_MS) == START
    assert START.step == 1
    assert is_climbing(START, TOYS)


def test_a_step_in_time_gives_the_time_of_the_next_one_from_then_on() -> None:
    climb = climb_on(START, TOYS, 100, 10 * DAY_MS)
    assert climb.reached == (StepReached(1, 100, 10 * DAY_MS),)
    assert climb.due_at_ms == (10 + 365) * DAY_MS


def test_too_few_votes_change_nothing() -> None:
    assert climb_on(START, TOYS, 99, 10 * DAY_MS) == START


def test_many_votes_reach_several_steps_at_once() -> None:
    climb = climb_on(START, TOYS, 6_000, DAY_MS)
    assert [reached.step for reached in climb.reached] == [1, 2, 3]
    assert climb.due_at_ms == (1 + 182) * DAY_MS


def test_votes_seen_at_or_behind_the_deadline_wait_for_what_was_noted_there() -> None:
    assert climb_on(START, TOYS, 100, 60 * DAY_MS) == START
    assert climb_on(START, TOYS, 100, 61 * DAY_MS) == START


def test_what_was_noted_at_the_deadline_decides() -> None:
    reached = judge_at_deadline(START, TOYS, 1, 100)
    assert reached.reached == (StepReached(1, 100, 60 * DAY_MS),)
    missed = judge_at_deadline(START, TOYS, 1, 99)
    assert missed.missed_votes == 99
    assert not is_climbing(missed, TOYS)


def test_a_deadline_of_a_step_reached_before_is_ignored() -> None:
    climb = climb_on(START, TOYS, 100, DAY_MS)
    assert judge_at_deadline(climb, TOYS, 1, 0) == climb


def test_what_is_due_when_voting_ends_is_judged_by_the_final_votes() -> None:
    end_ms = 60 * DAY_MS
    assert conclude(START, TOYS, 99, end_ms).missed_votes == 99
    reached = conclude(START, TOYS, 100, end_ms)
    assert reached.reached == (StepReached(1, 100, end_ms),)
    assert is_climbing(reached, TOYS), "the next step is due later, and nobody judges it"


def test_what_is_due_later_is_reached_or_stays_open() -> None:
    end_ms = 60 * DAY_MS - 1
    assert conclude(START, TOYS, 99, end_ms) == START
    assert conclude(START, TOYS, 1_000, end_ms) == climb_on(START, TOYS, 1_000, end_ms)


def test_steps_that_follow_each_other_in_time_are_judged_one_after_the_other() -> None:
    ladder = (LadderStep(1, 10), LadderStep(2, 10), LadderStep(3, 10))
    climb = conclude(begin("toys", "castle", ladder, 0), ladder, 2, 30_000)
    assert [(each.step, each.at_ms) for each in climb.reached] == [(1, 10_000), (2, 20_000)]
    assert (climb.missed_votes, climb.due_at_ms) == (2, 30_000)


@given(st.integers(0, 12_000), st.integers(0, 2_000))
def test_a_conclusion_is_drawn_once(votes: int, day: int) -> None:
    climb = conclude(START, TOYS, votes, day * DAY_MS)
    assert conclude(climb, TOYS, votes, day * DAY_MS) == climb


def test_the_top_is_the_end() -> None:
    top = climb_on(START, TOYS, 10_000, DAY_MS)
    assert top.step == 5
    assert not is_climbing(top, TOYS)
    assert climb_on(top, TOYS, 20_000, 2 * DAY_MS) == top


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 12_000), st.integers(0, 800))))
def test_whatever_comes_steps_are_reached_once_in_their_order(
    seen: list[tuple[bool, int, int]],
) -> None:
    climb = START
    for at_deadline, votes, day in seen:
        before = climb
        if at_deadline:
            climb = judge_at_deadline(climb, TOYS, climb.step, votes)
        else:
            climb = climb_on(climb, TOYS, votes, day * DAY_MS)
        assert climb.reached[: len(before.reached)] == before.reached
        if before.missed_votes is not None:
            assert climb == before
    assert [reached.step for reached in climb.reached] == list(range(1, climb.step))
    assert all(r.votes >= TOYS[r.step - 1].votes for r in climb.reached)
