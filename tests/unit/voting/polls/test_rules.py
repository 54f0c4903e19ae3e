from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.polls.rules import (
    Poll,
    PollStage,
    agrees_with_log,
    ended_at,
    has_pause_to_settle,
    takes_votes,
)
from groundswell_voting.voteslog.rules import Rules

POLL = Poll(
    poll_id="poll_01",
    brand_id="nerc",
    contest_id="con_01",
    idea_ids=("idea_1", "idea_2"),
    rules=Rules(),
    closes_at=datetime(2016, 4, 16, tzinfo=UTC),
)


@pytest.mark.parametrize("stage", PollStage)
@pytest.mark.parametrize("asked_to_close", [False, True])
@pytest.mark.parametrize("paused", [False, True])
def test_passes_are_given_while_a_poll_is_open(
    stage: PollStage, asked_to_close: bool, paused: bool
) -> None:
    poll = replace(POLL, stage=stage, close_requested=asked_to_close, paused=paused)
    is_open = stage is PollStage.OPEN and not asked_to_close and not paused
    assert takes_votes(poll) == is_open


@pytest.mark.parametrize("stage", PollStage)
def test_pauses_wait_for_the_opening_and_for_nothing_else(stage: PollStage) -> None:
    poll = replace(POLL, stage=stage, changes_asked=3, change_record=2, writing=2, pauses_asked=1)
    waits = stage in (PollStage.PLANNED, PollStage.OPENED)
    assert has_pause_to_settle(poll) != waits
    assert not has_pause_to_settle(replace(poll, pauses_done=1))


@pytest.mark.parametrize(("seconds", "ends"), [(5.5, 0), (0, 0), (-60, -60)])
def test_voting_ends_at_the_closing_time_or_before(seconds: float, ends: float) -> None:
    closed_at = POLL.closes_at + timedelta(seconds=seconds)
    closed = replace(POLL, closed_at_ms=int(closed_at.timestamp() * 1000))
    assert ended_at(closed) == POLL.closes_at + timedelta(seconds=ends)
    with pytest.raises(ValueError, match="not closed"):
        ended_at(POLL)


@pytest.mark.parametrize(
    ("written", "writing", "logged", "agrees"),
    [
        (0, None, 0, True),
        (0, 1, 0, True),
        (0, 1, 1, True),
        (2, None, 2, True),
        (1, 2, 2, True),
        (1, 2, 1, True),
        # The log lost a record, or the state was set back, or forward.
        (2, None, 1, False),
        (2, None, 0, False),
        (1, None, 2, False),
        (1, 2, 3, False),
        (2, 3, 1, False),
    ],
)
def test_a_state_explains_its_log_or_not(
    written: int, writing: int | None, logged: int, agrees: bool
) -> None:
    poll = replace(POLL, control_number=written, writing=writing)
    assert agrees_with_log(poll, logged) == agrees


@given(st.integers(0, 5), st.booleans(), st.integers(0, 7))
def test_no_more_than_the_record_in_hand_may_be_ahead(
    written: int, in_hand: bool, logged: int
) -> None:
    poll = replace(POLL, control_number=written, writing=written + 1 if in_hand else None)
    assert agrees_with_log(poll, logged) == (logged in range(written, written + 1 + in_hand))
