from datetime import datetime, timedelta

import pytest

from groundswell_ideas.audit.rules import Subject
from groundswell_ideas.cases.rules import (
    LEASE,
    Case,
    claimed,
    holder,
    obstacles_to_deciding_case,
    released,
    with_cause,
)


@pytest.fixture
def case(now: datetime) -> Case:
    subject = Subject("nerc", "con_1", "idea", "idea_1")
    return Case(id="case_1", subject=subject, causes=("new",), opened_at=now)


def test_causes_add_up_and_none_comes_twice(case: Case) -> None:
    again = with_cause(with_cause(with_cause(case, "reports"), "new"), "reports")
    assert again.causes == ("new", "reports")


def test_a_claim_ends_by_itself(case: Case, now: datetime) -> None:
    taken = claimed(case, "ed_1", now)
    assert holder(case, now) is None
    assert holder(taken, now + LEASE - timedelta(milliseconds=1)) == "ed_1"
    assert holder(taken, now + LEASE) is None


def test_what_somebody_has_claimed_is_theirs_to_decide(case: Case, now: datetime) -> None:
    taken = claimed(case, "ed_1", now)
    assert obstacles_to_deciding_case(None, "ed_2", now) == []
    assert obstacles_to_deciding_case(case, "ed_2", now) == []
    assert obstacles_to_deciding_case(taken, "ed_1", now) == []
    assert [o.rule for o in obstacles_to_deciding_case(taken, "ed_2", now)] == ["claimed"]
    assert obstacles_to_deciding_case(taken, "ed_2", now + LEASE) == []
    assert obstacles_to_deciding_case(released(taken), "ed_2", now) == []
