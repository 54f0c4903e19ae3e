"""From a seed to its plan. Pure; called by `make chaos` and by the short run."""

from dataclasses import replace
from random import Random

from tests.chaos.plan import OPENING, Journey, Plan, Request, Step, voter_name
from tests.chaos.planned_faults import faults
from tests.chaos.planned_polls import cases, features_of, polls
from tests.chaos.planned_votes import DAYS, journeys, segment_of


def make(seed: int, seconds: float, votes_per_second: float) -> Plan:
    """The plan of a seed; the same for the same arguments."""
    chance = Random(seed)  # noqa: S311 - a test's plan, no secret
    features = features_of(seed)
    clock_seconds = chance.choice((-3_600, -20, 20, 3_600))
    planned = polls(seed, seconds, votes_per_second, features, chance)
    voters = tuple(journeys(seed, seconds, votes_per_second, planned, chance))
    if "set-asides" in features:
        chosen = set(chance.sample([poll.poll_id for poll in planned], 2))
        planned = tuple(
            replace(poll, cases=cases(poll, voters, chance)) if poll.poll_id in chosen else poll
            for poll in planned
        )
    hurt = sorted(faults(seconds, chance), key=lambda fault: fault.at)
    return Plan(seed, seconds, features, clock_seconds, planned, voters, tuple(hurt))


def trickle(plan: Plan, seconds: float) -> list[Journey]:
    """Single votes in the last poll, four a second: they show when votes are taken again."""
    last = plan.polls[-1]
    request = Request((OPENING[0],), 1 if last.changeable else None)
    return [
        Journey(
            number / 4,
            last.poll_id,
            voter_name(plan.seed, -number - 1),
            (Step((request,)),),
            DAYS[0] if last.per_day else "",
            segment_of(last, number),
        )
        for number in range(round(seconds * 4))
    ]
