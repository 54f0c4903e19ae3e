"""What is counted of ideas: whatever becomes of one, its contest's counts follow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from groundswell_ideas.submissions.rules import Idea, Status
from groundswell_ideas.submissions.rules.counts import counts, difference, published_at, told_at

CAME = datetime(2026, 5, 1, tzinfo=UTC)
DECIDED, ANSWERED = CAME + timedelta(days=1), CAME + timedelta(days=9)
IDEA = Idea(
    brand_id="nerc",
    contest_id="con_1",
    id="idea_1",
    participant_id="per_1",
    title="RRS Boaty",
    summary="It floats.",
    fields={},
    submitted_at=CAME,
)


def counted(idea: Idea) -> tuple[int, int, int]:
    found = counts(idea.status, told_at(idea), published_at(idea))
    return found["to_answer"], found["told"], found["published"]


@pytest.mark.parametrize(
    ("status", "decided", "answered", "expected"),
    [
        ("draft", None, None, (0, 0, 0)),
        ("submitted", None, None, (1, 0, 0)),
        ("approved", DECIDED, None, (1, 0, 1)),
        ("approved", DECIDED, ANSWERED, (1, 1, 0)),
        ("rejected", DECIDED, DECIDED, (1, 1, 0)),
        ("rejected", DECIDED, None, (1, 1, 0)),
        ("withdrawn", DECIDED, ANSWERED, (0, 0, 0)),
        ("merged", DECIDED, None, (0, 0, 0)),
    ],
)
def test_what_an_idea_adds(
    status: Status,
    decided: datetime | None,
    answered: datetime | None,
    expected: tuple[int, int, int],
) -> None:
    idea = replace(IDEA, status=status, decided_at=decided, answered_at=answered)
    assert counted(idea) == expected


def test_the_first_answer_is_when_it_was_told() -> None:
    rejected = replace(IDEA, status="rejected", decided_at=DECIDED)
    assert told_at(rejected) == DECIDED
    assert told_at(replace(rejected, answered_at=ANSWERED)) == ANSWERED


def test_only_what_changes_is_added() -> None:
    before, after = {"told": 1, "to_answer": 1}, {"told": 0, "to_answer": 1}
    assert difference(after, before) == {"told": -1}
    assert difference(after, after) == {}
    assert difference(after, {}) == {"to_answer": 1}
