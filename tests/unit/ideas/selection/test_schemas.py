import pytest
from pydantic import ValidationError

from groundswell_ideas.contests.rules import SHORTLIST_MAXIMUM
from groundswell_ideas.selection.schemas import Selection, Shortlist


def test_a_shortlist_has_room_for_what_a_poll_can_carry() -> None:
    ids = [f"idea_{n}" for n in range(SHORTLIST_MAXIMUM)]
    assert len(Shortlist(idea_ids=ids).idea_ids) == SHORTLIST_MAXIMUM
    with pytest.raises(ValidationError):
        Shortlist(idea_ids=[*ids, "one_more"])


def test_an_idea_is_named_once() -> None:
    with pytest.raises(ValidationError):
        Shortlist(idea_ids=["idea_1", "idea_1"])
    with pytest.raises(ValidationError):
        Selection(idea_ids=["idea_1", "idea_1"], reason="the best")


def test_somebody_wins_and_is_told_why() -> None:
    with pytest.raises(ValidationError):
        Selection(idea_ids=[], reason="the best")
    with pytest.raises(ValidationError):
        Selection(idea_ids=["idea_1"], reason=" ")
