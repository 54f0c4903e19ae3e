from datetime import datetime

import pytest

from groundswell_ideas.moderation.rules import (
    Decision,
    decide,
    is_repeat,
    obstacles_to_deciding,
)
from groundswell_ideas.submissions.rules import Idea, Status


@pytest.fixture
def idea(now: datetime) -> Idea:
    return Idea(
        brand_id="nerc",
        contest_id="con_1",
        id="idea_1",
        participant_id="per_1",
        title="Boaty McBoatface",
        summary="Because.",
        fields={},
        submitted_at=now,
    )


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_a_submitted_idea_can_be_decided(idea: Idea, now: datetime, decision: Decision) -> None:
    assert not is_repeat(idea, decision)
    assert obstacles_to_deciding(idea, decision) == []
    decided = decide(idea, decision, "a reason", now)
    assert (decided.status, decided.reason, decided.decided_at) == (decision, "a reason", now)


@pytest.mark.parametrize(
    ("before", "now_wanted"), [("approved", "rejected"), ("rejected", "approved")]
)
def test_a_decision_is_final(
    idea: Idea, now: datetime, before: Decision, now_wanted: Decision
) -> None:
    decided = decide(idea, before, "a reason", now)
    (obstacle,) = obstacles_to_deciding(decided, now_wanted)
    assert obstacle.field == "status"
    assert not is_repeat(decided, now_wanted)


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_the_same_decision_again_is_a_repeat(idea: Idea, now: datetime, decision: Decision) -> None:
    decided = decide(idea, decision, None, now)
    assert is_repeat(decided, decision)
    assert obstacles_to_deciding(decided, decision) == []


def test_a_new_idea_waits_for_its_decision(idea: Idea) -> None:
    waiting: Status = "submitted"
    assert idea.status == waiting
    assert idea.decided_at is None
