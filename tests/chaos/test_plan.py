"""A seed fixes the requests and the faults, and every plan has what a run is for."""

import pytest

from tests.chaos.plan import Plan, PollPlan
from tests.chaos.planned_polls import FEATURES
from tests.chaos.seeds import make

SEEDS = (1, 2, 3)


@pytest.fixture(params=SEEDS)
def plan(request: pytest.FixtureRequest) -> Plan:
    return make(request.param, 45.0, 40.0)


def test_a_seed_gives_the_same_plan_again_and_another_seed_another(plan: Plan) -> None:
    assert make(plan.seed, 45.0, 40.0) == plan
    assert make(plan.seed + 1, 45.0, 40.0) != plan


def test_every_plan_hurts_every_kind_of_thing(plan: Plan) -> None:
    hurt = {fault.target.partition("-")[0] for fault in plan.faults}
    assert hurt >= {"box", "counter", "worker", "kafka", "redis"}
    assert all(0 < fault.at < plan.seconds for fault in plan.faults)
    assert [fault.at for fault in plan.faults] == sorted(fault.at for fault in plan.faults)


def test_every_plan_has_the_requests_that_it_is_for(plan: Plan) -> None:
    steps = [step for journey in plan.journeys for step in journey.steps]
    sent = [request for step in steps for request in step.requests]
    assert any(len(step.requests) == 50 for step in steps)
    assert any(len({r.ideas for r in step.requests}) > 1 for step in steps)
    assert any(request.bad for request in sent)
    revisions = [[r.revision or 0 for r in step.requests] for step in steps]
    assert any(several != sorted(several) for several in revisions)
    assert any(request.torn for request in sent)
    assert {poll.end for poll in plan.polls} >= {"on time", "last"}
    assert len({poll.poll_id for poll in plan.polls}) == 3


@pytest.mark.parametrize("first", [1, 2016])
def test_ten_seeds_have_every_rule(first: int) -> None:
    plans = [make(seed, 45.0, 40.0) for seed in range(first, first + 10)]
    assert {feature for plan in plans for feature in plan.features} == set(FEATURES)
    for plan in plans:
        assert {feature for poll in plan.polls for feature in _features(poll)} == set(plan.features)
        for poll in plan.polls:
            voters = [j for j in plan.journeys if j.poll_id == poll.poll_id]
            assert (len({j.segment for j in voters}) > 1) == bool(poll.weights)
            # Where there is a roll, the api says what day it is.
            signed_here = poll.per_day and not poll.weights
            assert (len({j.period for j in voters}) > 1) == signed_here


def _features(poll: PollPlan) -> list[str]:
    has = (
        *(poll.cases, poll.weights, poll.pause, poll.ladder, len(poll.channels) > 1, poll.per_day),
        poll.merges,
    )
    return [feature for feature, is_so in zip(FEATURES, has, strict=True) if is_so]
