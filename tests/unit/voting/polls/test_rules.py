from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.polls.rules import Poll, PollStage, agrees_with_log, takes_votes
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
