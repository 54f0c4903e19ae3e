"""A contest right before it opens, and an idea that waits; tests change what they are about."""

from datetime import UTC, date, datetime

import pytest

from groundswell_ideas.contests.rules import Contest, PhaseReached
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.templates.catalogue import Templates, load_templates
from groundswell_ideas.terms.rules import Terms, Timetable


@pytest.fixture(scope="session")
def templates() -> Templates:
    return load_templates()


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def draft(templates: Templates, now: datetime) -> Contest:
    return Contest(
        brand_id="nerc",
        id="con_1",
        programme=templates["name-it"].programme,
        terms=Terms(
            title="Name our ship",
            vote="advisory",
            owner="James Hand",
            rules="One vote each. The director has the last word.",
            timetable=Timetable(
                submission_closes_at=datetime(2026, 3, 10, tzinfo=UTC),
                voting_opens_at=datetime(2026, 3, 11, tzinfo=UTC),
                voting_closes_at=datetime(2026, 4, 16, 23, tzinfo=UTC),
            ),
            answer_by=date(2026, 5, 6),
        ),
        phases=(PhaseReached("draft", now),),
    )


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
