from dataclasses import replace
from datetime import datetime

import pytest

from groundswell_ideas.merging.rules import merged, obstacles_to_merging, taken_in, unmerged
from groundswell_ideas.submissions.rules import Idea, Member, Status, is_public


@pytest.fixture
def idea(idea: Idea) -> Idea:
    team = (Member("per_3", 4_000),)
    return replace(idea, id="idea_2", participant_id="per_2", status="approved", team=team)


@pytest.fixture
def into(idea: Idea) -> Idea:
    return replace(idea, id="idea_1", participant_id="per_1", team=())


def rules(idea: Idea, into: Idea) -> list[str]:
    return [obstacle.rule for obstacle in obstacles_to_merging(idea, into)]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("approved", []),
        ("submitted", []),
        ("rejected", ["status"]),
        ("withdrawn", ["status"]),
        ("merged", ["status"]),
    ],
)
def test_what_takes_part_or_waits_can_be_merged(
    idea: Idea, into: Idea, status: Status, expected: list[str]
) -> None:
    assert rules(replace(idea, status=status), into) == expected


def test_an_idea_goes_on_in_another_one_that_takes_part(idea: Idea, into: Idea) -> None:
    assert rules(idea, idea) == ["itself"]
    assert rules(idea, replace(into, status="rejected")) == ["status"]


def test_authors_are_kept_each_once(idea: Idea, into: Idea) -> None:
    third = replace(idea, id="idea_3", participant_id="per_1", team=(Member("per_4", 1),))
    named = taken_in(into, [idea, third])
    assert named.also_by == ("per_2", "per_3", "per_4")
    assert taken_in(named, [third]).also_by == ("per_4",)
    assert taken_in(named, []) == into


@pytest.mark.parametrize("status", ["approved", "submitted"])
def test_it_is_read_by_who_could_before(
    idea: Idea, into: Idea, now: datetime, status: Status
) -> None:
    gone = merged(replace(idea, status=status), into, now)
    assert gone.status == "merged"
    assert is_public(gone) == (status == "approved")
    single = unmerged(gone)
    assert (single.status, single.merge) == ("submitted", None)
