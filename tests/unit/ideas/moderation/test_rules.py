from dataclasses import replace
from datetime import datetime

import pytest

from groundswell_ideas.audit.rules import Why
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.moderation.rules import (
    Decision,
    is_repeat,
    obstacles_to_deciding,
    obstacles_to_revision,
    obstacles_to_taking_down,
    rejected,
    reopened,
)
from groundswell_ideas.submissions.rules import Idea, Status, approved

NO = Why(words="A reason.")


def decided(idea: Idea, decision: Decision, now: datetime) -> Idea:
    return approved(idea, None, now) if decision == "approved" else rejected(idea, NO, now)


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_submitted_idea_can_be_decided(idea: Idea, now: datetime, decision: Decision) -> None:
    assert not is_repeat(idea, decision)
    assert obstacles_to_deciding(idea, decision) == []
    after = decided(idea, decision, now)
    assert (after.status, after.decided_at) == (decision, now)


@pytest.mark.parametrize(
    ("before", "now_wanted"), [("approved", "rejected"), ("rejected", "approved")]
)
def test_a_decision_is_final(
    idea: Idea, now: datetime, before: Decision, now_wanted: Decision
) -> None:
    after = decided(idea, before, now)
    (obstacle,) = obstacles_to_deciding(after, now_wanted)
    assert obstacle.field == "status"
    assert not is_repeat(after, now_wanted)


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_the_same_decision_again_is_a_repeat(idea: Idea, now: datetime, decision: Decision) -> None:
    after = decided(idea, decision, now)
    assert is_repeat(after, decision)
    assert obstacles_to_deciding(after, decision) == []


def test_a_new_idea_waits_for_its_decision(idea: Idea) -> None:
    waiting: Status = "submitted"
    assert idea.status == waiting
    assert idea.decided_at is None


def test_reports_and_appeals_open_a_decision_again(idea: Idea, now: datetime) -> None:
    let_in = decided(idea, "approved", now)
    turned_down = decided(idea, "rejected", now)
    assert obstacles_to_deciding(let_in, "rejected", ["reports"]) == []
    assert obstacles_to_deciding(turned_down, "approved", ["appeal"]) == []
    assert obstacles_to_deciding(let_in, "rejected", ["appeal"]) != []
    assert obstacles_to_deciding(turned_down, "approved", ["reports"]) != []


def test_what_people_vote_on_is_not_taken_down(idea: Idea, draft: Contest, now: datetime) -> None:
    let_in = decided(idea, "approved", now)
    listed = replace(draft, shortlist=(idea.id,))
    for found in (
        obstacles_to_deciding(let_in, "rejected", ["reports"], contest=listed),
        obstacles_to_taking_down(listed, let_in),
    ):
        assert [obstacle.rule for obstacle in found] == ["on-ballot"]
    assert obstacles_to_taking_down(draft, let_in) == []
    assert [o.rule for o in obstacles_to_taking_down(draft, idea)] == ["status"]


def test_who_is_turned_down_has_an_answer(idea: Idea, now: datetime) -> None:
    turned_down = rejected(replace(idea, held_for=("link",)), Why(code="advertising"), now)
    assert (turned_down.answered_at, turned_down.reason_code, turned_down.held_for) == (
        now,
        "advertising",
        (),
    )
    again = reopened(turned_down, Why())
    assert (again.answered_at, again.reason_code) == (None, None)


def test_a_decision_is_about_what_the_editor_saw(idea: Idea) -> None:
    revised = replace(idea, revision=3)
    assert obstacles_to_revision(revised, None) == []
    assert obstacles_to_revision(revised, 3) == []
    assert [o.field for o in obstacles_to_revision(revised, 2)] == ["body.revision"]
