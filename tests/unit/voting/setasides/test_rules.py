from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell_voting.polls.rules import Change, ChangeState, Poll, PollStage, VotersChange
from groundswell_voting.setasides.rules import MAX_SET_ASIDE, has_room, shown_number
from groundswell_voting.voteslog.rules import Rules

AT = datetime(2016, 4, 16, tzinfo=UTC)
NAMED = VotersChange("set_aside", "c", "Why.", ("v_1", "v_2"), ("p_1",), ("v_1", "v_2", "v_3"))
DONE = Change("case_1", "poll_1", "nerc", 1, NAMED, asked_at=AT, state=ChangeState.DONE)


def poll(stage: PollStage, **rules: str) -> Poll:
    return Poll("poll_1", "nerc", "con_1", ("a",), Rules(**rules), AT, stage)  # type: ignore[arg-type]


def test_there_is_room_for_so_many_and_always_for_the_way_back() -> None:
    assert has_room(MAX_SET_ASIDE - 3, NAMED)
    assert not has_room(MAX_SET_ASIDE - 2, NAMED)
    assert has_room(MAX_SET_ASIDE, replace(NAMED, kind="reinstate"))


@pytest.mark.parametrize("stage", PollStage)
def test_the_number_is_public_unless_the_tally_is_hidden(stage: PollStage) -> None:
    assert shown_number(poll(stage), DONE) == 3
    assert shown_number(poll(stage, tallies="delayed"), DONE) == 3
    certified = stage in (PollStage.CERTIFIED, PollStage.RETIRED)
    assert shown_number(poll(stage, tallies="hidden"), DONE) == (3 if certified else None)


@pytest.mark.parametrize("state", [ChangeState.PENDING, ChangeState.REFUSED])
def test_what_was_not_done_concerned_nobody(state: ChangeState) -> None:
    assert shown_number(poll(PollStage.RETIRED), replace(DONE, state=state)) is None
