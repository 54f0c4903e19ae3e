from datetime import datetime, timedelta

import pytest

from groundswell_ideas.appeals.rules import (
    APPEALING,
    Appeal,
    answered,
    obstacles_to_appealing,
)
from groundswell_ideas.audit.rules import Subject, Why
from groundswell_ideas.contests.phases import enter
from groundswell_ideas.contests.rules import Contest


def rules(contest: Contest, status: str, decided_at: datetime | None, now: datetime) -> list[str]:
    return [o.rule for o in obstacles_to_appealing(contest, status, decided_at, now)]


@pytest.mark.parametrize("status", ["submitted", "approved", "withdrawn", "merged", "deleted"])
def test_only_what_was_turned_down_is_appealed(draft: Contest, now: datetime, status: str) -> None:
    assert rules(draft, status, now, now) == ["status"]


def test_an_appeal_comes_in_time(draft: Contest, now: datetime) -> None:
    assert rules(draft, "rejected", now, now + APPEALING - timedelta(milliseconds=1)) == []
    assert rules(draft, "rejected", now, now + APPEALING) == ["past"]
    assert rules(enter(draft, "closed", now), "rejected", now, now) == ["phase"]


@pytest.mark.parametrize(("approved", "outcome"), [(True, "upheld"), (False, "declined")])
def test_the_second_decision_answers(now: datetime, approved: bool, outcome: str) -> None:
    subject = Subject("nerc", "con_1", "idea", "idea_1")
    appeal = Appeal(subject=subject, author_id="per_1", words="It is mine.", appealed_at=now)
    after = answered(appeal, approved=approved, why=Why(words="We have looked."), at=now)
    assert (after.outcome, after.why.words, after.answered_at) == (outcome, "We have looked.", now)
