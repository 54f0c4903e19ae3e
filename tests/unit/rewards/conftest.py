"""A win whose reward is offered, and the plan it falls under; tests add what happened since."""

from datetime import UTC, datetime

import pytest

from groundswell_rewards.grants.rules import Win, reward_id
from groundswell_rewards.plans.rules import Money, Plan, Promise

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def plan() -> Plan:
    return Plan(
        brand_id="nerc",
        contest_id="con_1",
        contest_title="Name our ship",
        promise=Promise(Money(50_000, "GBP"), "Paid within 30 days."),
    )


@pytest.fixture(scope="session")
def win() -> Win:
    return Win(
        id=reward_id("con_1", "idea_1", 1),
        brand_id="nerc",
        contest_id="con_1",
        idea_id="idea_1",
        selection=1,
        payee_id="person_1",
        idea_title="RRS Boaty",
        selected_at=NOW,
        offered_at=NOW,
    )
