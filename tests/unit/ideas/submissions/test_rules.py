from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest

from groundswell_ideas.submissions.rules import (
    Idea,
    Member,
    Merge,
    Provenance,
    Status,
    may_see,
    may_see_record,
)


@pytest.mark.parametrize("status", get_args(Status))
def test_an_idea_is_public_once_it_is_approved(idea: Idea, status: Status) -> None:
    idea = replace(idea, status=status)
    assert may_see(idea, staff_of=None, subject="per_1")
    assert may_see(idea, staff_of="nerc", subject="staff_1") == (status != "draft")
    assert may_see(idea, staff_of="other", subject="per_2") == (status == "approved")
    assert may_see(idea, staff_of=None, subject=None) == (status == "approved")


@pytest.mark.parametrize("was", get_args(Status))
def test_what_was_public_leaves_a_public_trace_when_it_is_merged(
    idea: Idea, now: datetime, was: Status
) -> None:
    merged = replace(idea, status="merged", merge=Merge("idea_2", was, now))
    assert may_see(merged, None, None) == (was == "approved")


def test_the_team_sees_what_the_author_sees(idea: Idea) -> None:
    idea = replace(idea, status="draft", team=(Member("per_2", 5_000),))
    assert may_see_record(idea, None, "per_2")
    assert not may_see_record(idea, None, "per_3")
    assert not may_see_record(replace(idea, status="approved"), None, None)
    assert idea.people == ("per_1", "per_2")
    assert idea.authors == ("per_1",)


def test_ideas_come_by_the_date_that_they_had(idea: Idea, now: datetime) -> None:
    earlier = replace(idea, provenance=Provenance(original_at=now - timedelta(days=900)))
    assert earlier.came is not None
    assert idea.came is not None
    assert earlier.came < idea.came < (replace(idea, id="idea_2").came or "")
    assert replace(idea, status="draft").came is None
    assert replace(idea, submitted_at=None).came is None


def test_a_draft_that_was_given_up_stays_its_authors_alone(idea: Idea) -> None:
    given_up = replace(idea, status="withdrawn", submitted_at=None)
    assert not may_see(given_up, staff_of="nerc", subject="staff_1")
    assert may_see(given_up, None, "per_1")
