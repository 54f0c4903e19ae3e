from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from groundswell_ideas.contests.rules import Contest, Phase, PhaseReached
from groundswell_ideas.submissions.rules import Idea, Status, may_see, obstacles_to_submitting


@pytest.mark.parametrize("phase", get_args(Phase))
def test_ideas_are_taken_in_the_submission_phase_alone(
    draft: Contest, now: datetime, phase: Phase
) -> None:
    contest = replace(draft, phases=(PhaseReached(phase, now),))
    assert bool(obstacles_to_submitting(contest, now)) == (phase != "submission")


def test_ideas_are_taken_until_the_published_moment(draft: Contest, now: datetime) -> None:
    contest = replace(draft, phases=(PhaseReached("submission", now),))
    closing = datetime(2026, 3, 10, tzinfo=UTC)
    assert obstacles_to_submitting(contest, closing - timedelta(milliseconds=1)) == []
    (obstacle,) = obstacles_to_submitting(contest, closing)
    assert obstacle.field == "timetable.submission_closes_at"


@pytest.mark.parametrize("status", get_args(Status))
def test_an_idea_is_public_once_it_is_approved(now: datetime, status: Status) -> None:
    idea = Idea(
        brand_id="nerc",
        contest_id="con_1",
        id="idea_1",
        participant_id="per_1",
        title="Boaty McBoatface",
        summary="Because.",
        fields={},
        status=status,
        submitted_at=now,
    )
    assert may_see(idea, staff_of=None, subject="per_1")
    assert may_see(idea, staff_of="nerc", subject="staff_1")
    assert may_see(idea, staff_of="other", subject="per_2") == (status == "approved")
    assert may_see(idea, staff_of=None, subject=None) == (status == "approved")
