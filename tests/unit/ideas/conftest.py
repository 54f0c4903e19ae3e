"""A contest as it stands right before opening; tests change what they are about."""

from datetime import UTC, date, datetime

import pytest

from groundswell_ideas.contests.rules import Contest, PhaseReached, Terms, Timetable


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def draft(now: datetime) -> Contest:
    return Contest(
        brand_id="nerc",
        id="con_1",
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
