"""What the voters of a seed send, and when. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from tests.chaos.plan import (
    HASTY,
    IDEAS,
    OPENING,
    PATIENT,
    Journey,
    PollPlan,
    Request,
    Step,
    voter_name,
)

DAYS = ("2026-11-21", "2026-11-22")
"""A pass of one day is good for some minutes of the next, so a box gets votes of both."""

ANY_NUMBER = 3
"""How many ideas somebody wants who may have any number."""

_LIKED = (8, 5, 3, 2, 1)
"""How many want each idea of a ladder, so that some climb and others do not."""
_TORN_SHARE = 0.2


def journeys(
    seed: int, seconds: float, rate: float, polls: Sequence[PollPlan], chance: Random
) -> Iterator[Journey]:
    """Everybody who votes, in the order in which they come."""
    at, number, crowds = 0.0, 0, 0
    while (at := at + chance.expovariate(rate)) < seconds:
        number += 1
        poll = chance.choice(polls)
        crowd = crowds < seconds / 8 and chance.random() < 0.02
        crowds += crowd
        steps = _crowd(poll, chance) if crowd else _steps(poll, chance)
        voter, segment = voter_name(seed, number), segment_of(poll, number)
        days = _days(poll, segment, chance)
        for period in days:
            asked = tuple(_step(step, poll, chance) for step in steps)
            yield Journey(at, poll.poll_id, voter, asked, period, segment)
            steps = _steps(poll, chance)


def segment_of(poll: PollPlan, number: int) -> str | None:
    """What the roll of a poll says of its voter of this number; every third is not on it."""
    if not poll.weights:
        return None
    return (*(segment for segment, _ in poll.weights), "")[number % (len(poll.weights) + 1)]


def _days(poll: PollPlan, segment: str | None, chance: Random) -> tuple[str, ...]:
    if not poll.per_day or segment is not None:
        return ("",)  # The api says itself what day it is.
    return DAYS if chance.random() < 0.3 else (chance.choice(DAYS),)


def _step(step: Step, poll: PollPlan, chance: Random) -> Step:
    """The same with the channels that its requests come by, and some of them torn."""

    def asked(request: Request) -> Request:
        channel = chance.choice(poll.channels)
        is_torn = request.bad is None and chance.random() < _TORN_SHARE
        torn = chance.uniform(0.3, 1.0) if is_torn else 0.0
        return replace(request, channel=channel, torn=torn)

    return replace(step, requests=tuple(asked(request) for request in step.requests))


def _crowd(poll: PollPlan, chance: Random) -> tuple[Step, ...]:
    """The same vote fifty times at once."""
    return (Step((_request(poll, chance),) * 50),)


def _request(poll: PollPlan, chance: Random, revision: int = 1) -> Request:
    if not poll.changeable:
        if poll.ladder:
            return Request(_liked(1, chance))
        return Request((chance.choice(IDEAS if poll.amended_at else OPENING),))
    most = poll.ideas_per_ballot or ANY_NUMBER
    ideas = chance.sample(OPENING, chance.randint(0 if revision > 1 else 1, most))
    return Request(tuple(ideas), revision)


def _liked(number: int, chance: Random) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chance.choices(OPENING, _LIKED, k=number)))


def _steps(poll: PollPlan, chance: Random) -> tuple[Step, ...]:
    patience = HASTY if chance.random() < 0.15 else PATIENT
    kind = chance.random()
    if kind < 0.08:
        return (Step((_bad(poll, chance),)),)
    if kind < 0.22:
        return _again(poll, chance)
    if poll.changeable:
        return _revisions(poll, chance, patience)
    most = poll.ideas_per_ballot or ANY_NUMBER
    if kind < 0.36:
        # Different votes of one voter at once.
        torn = chance.sample(OPENING, min(5, most + chance.randint(1, 2)))
        return (Step(tuple(Request((idea,)) for idea in torn), attempts=patience),)
    number = chance.randint(1, most)
    wanted = _liked(number, chance) if poll.ladder else chance.sample(OPENING, number)
    return tuple(
        Step((Request((idea,)),), after=chance.uniform(0, 2) if n else 0.0, attempts=patience)
        for n, idea in enumerate(wanted)
    )


def _again(poll: PollPlan, chance: Random) -> tuple[Step, ...]:
    """The same vote some times, at once and later."""
    request = _request(poll, chance)
    times = chance.randint(2, 4)
    first = Step((request,) * times)
    later = tuple(Step((request,), after=chance.uniform(0.2, 6)) for _ in range(times - 1))
    return (first, *later)


def _revisions(poll: PollPlan, chance: Random, patience: int) -> tuple[Step, ...]:
    revisions = list(range(1, chance.randint(1, 4) + 1))
    requests = [_request(poll, chance, revision) for revision in revisions]
    how = chance.random()
    if how < 0.35:
        chance.shuffle(requests)
        return (Step(tuple(requests), attempts=patience),)
    if how < 0.5:
        # Two ballots under one revision: one of them stands.
        return (Step((requests[0], _request(poll, chance, 1)), attempts=patience),)
    return tuple(
        Step((request,), after=chance.uniform(0, 1.5) if n else 0.0, attempts=patience)
        for n, request in enumerate(requests)
    )


def _bad(poll: PollPlan, chance: Random) -> Request:
    good = _request(poll, chance)
    wrong = ["the pass has expired", "the pass is of another poll", "the pass is invented"]
    if chance.random() < 0.6:
        return Request(good.ideas, good.revision, chance.choice(wrong))
    if poll.changeable and chance.random() < 0.5:
        return Request(good.ideas, 10_001, "no such revision")
    return Request(("idea_invented",), good.revision, "no such idea")
