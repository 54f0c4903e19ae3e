from dataclasses import replace

import pytest

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.reports.rules import HOLD_AT, held, is_to_be_held
from groundswell_ideas.submissions.rules import Idea, is_public


@pytest.fixture
def idea(idea: Idea) -> Idea:
    return replace(idea, status="approved")


def test_enough_reports_hide_an_idea(draft: Contest, idea: Idea) -> None:
    assert not is_to_be_held(draft, idea, HOLD_AT - 1)
    assert is_to_be_held(draft, idea, HOLD_AT)
    assert not is_to_be_held(draft, replace(idea, status="rejected"), HOLD_AT)
    waiting = held(idea, "reports")
    assert (waiting.status, waiting.held_for) == ("submitted", ("reports",))
    assert not is_public(waiting)


def test_reports_take_nobody_out_of_the_vote(draft: Contest, idea: Idea) -> None:
    listed = replace(draft, shortlist=(idea.id,))
    assert not is_to_be_held(listed, idea, 1_000)
