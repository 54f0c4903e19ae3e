"""What a seed fixes: the polls, every request with its moment, and the faults. Pure.

Moments are seconds since the surge began.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random

IDEAS = ("idea_boaty", "idea_poppy", "idea_henry", "idea_cold", "idea_david", "idea_late")
OPENING = IDEAS[:5]
LATE, REMOVED = IDEAS[5], IDEAS[4]

HOLDS = "holds a write of"
PATIENT, HASTY = 12, 1
"""Attempts of somebody who sends again, and of somebody who never does."""

LEASE_SECONDS, SESSION_SECONDS = 2.0, 6.0
"""A ballot box's lease, and how long a consumer group waits for a member that says nothing."""


@dataclass(frozen=True, slots=True)
class PollPlan:
    """A poll: how many ideas a ballot holds, and when and how it ends."""

    poll_id: str
    changeable: bool
    ideas_per_ballot: int
    end: str
    """`on time`, `early` (its contest leaves voting), `moved` (its closing is), or `last`."""
    ends_at: float
    amended_at: float | None = None
    """When an idea is added and another removed; None: never."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `bad` says what is wrong with it, if something is."""

    ideas: tuple[str, ...]
    revision: int | None = None
    bad: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Requests that are sent at once, so long after the step before, each so often if need be."""

    requests: tuple[Request, ...]
    after: float = 0.0
    attempts: int = PATIENT


@dataclass(frozen=True, slots=True)
class Journey:
    """One voter in one poll."""

    at: float
    poll_id: str
    voter: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is done to a process or an engine; `seconds` is how long it lasts."""

    at: float
    what: str
    target: str
    seconds: float = 0.0

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.at:5.1f} s  {self.what} {self.target}{lasting}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that happens in a run. `clock_seconds`: how wrong the second worker's clock is."""

    seed: int
    seconds: float
    clock_seconds: int
    polls: tuple[PollPlan, ...]
    journeys: tuple[Journey, ...]
    faults: tuple[Fault, ...]


def make(seed: int, seconds: float, votes_per_second: float) -> Plan:
    """The plan of a seed; the same for the same arguments."""
    chance = Random(seed)  # noqa: S311 - a test's plan, no secret
    polls = _polls(seed, seconds, chance)
    return Plan(
        seed=seed,
        seconds=seconds,
        clock_seconds=chance.choice((-3_600, -20, 20, 3_600)),
        polls=polls,
        journeys=tuple(_journeys(seed, seconds, votes_per_second, polls, chance)),
        faults=tuple(sorted(_apart(list(_faults(seconds, chance))), key=lambda fault: fault.at)),
    )


def trickle(plan: Plan, seconds: float) -> list[Journey]:
    """Single votes in the last poll, four a second: they show when votes are taken again."""
    last = plan.polls[-1]
    request = Request((OPENING[0],), 1 if last.changeable else None)
    return [
        Journey(number / 4, last.poll_id, voter_name(plan.seed, -number - 1), (Step((request,)),))
        for number in range(round(seconds * 4))
    ]


def voter_name(seed: int, number: int) -> str:
    """A pseudonym as voting makes them: 22 characters for 16 bytes."""
    digest = sha256(f"{seed}/{number}".encode()).digest()
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")


def _polls(seed: int, seconds: float, chance: Random) -> tuple[PollPlan, ...]:
    """One that closes on time and two that end early, one of those at the end of the surge."""
    kinds = [(False, 1), (False, 3), (True, 2)]
    chance.shuffle(kinds)
    ends = [("on time", 0.62), (chance.choice(("early", "moved")), 0.75), ("last", 1.0)]
    return tuple(
        PollPlan(
            poll_id=f"poll_{seed}_{'changeable' if changeable else 'standing'}_{limit}",
            changeable=changeable,
            ideas_per_ballot=limit,
            end=end,
            ends_at=seconds * (share if share == 1.0 else share + chance.uniform(-0.05, 0.05)),
            amended_at=None if end == "on time" else seconds * chance.uniform(0.2, 0.4),
        )
        for (changeable, limit), (end, share) in zip(kinds, ends, strict=True)
    )


def _journeys(
    seed: int, seconds: float, rate: float, polls: tuple[PollPlan, ...], chance: Random
) -> Iterator[Journey]:
    at, number, crowds = 0.0, 0, 0
    while (at := at + chance.expovariate(rate)) < seconds:
        number += 1
        poll = chance.choice(polls)
        crowd = crowds < seconds / 8 and chance.random() < 0.02
        crowds += crowd
        steps = _crowd(poll, chance) if crowd else _steps(poll, chance)
        yield Journey(at, poll.poll_id, voter_name(seed, number), steps)


def _crowd(poll: PollPlan, chance: Random) -> tuple[Step, ...]:
    """The same vote fifty times at once."""
    return (Step((_request(poll, chance),) * 50),)


def _request(poll: PollPlan, chance: Random, revision: int = 1) -> Request:
    if not poll.changeable:
        return Request((chance.choice(IDEAS if poll.amended_at else OPENING),))
    ideas = chance.sample(OPENING, chance.randint(0 if revision > 1 else 1, poll.ideas_per_ballot))
    return Request(tuple(ideas), revision)


def _steps(poll: PollPlan, chance: Random) -> tuple[Step, ...]:
    patience = HASTY if chance.random() < 0.15 else PATIENT
    kind = chance.random()
    if kind < 0.08:
        return (Step((_bad(poll, chance),)),)
    if kind < 0.22:
        return _again(poll, chance)
    if poll.changeable:
        return _revisions(poll, chance, patience)
    if kind < 0.36:
        # Different votes of one voter at once.
        torn = chance.sample(OPENING, min(5, poll.ideas_per_ballot + chance.randint(1, 2)))
        return (Step(tuple(Request((idea,)) for idea in torn), attempts=patience),)
    wanted = chance.sample(OPENING, chance.randint(1, poll.ideas_per_ballot))
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


PROCESSES = ("box-1", "box-2", "counter-1", "counter-2", "archiver-1", "archiver-2")
WORKERS = ("worker-1", "worker-2")


def _faults(seconds: float, chance: Random) -> Iterator[Fault]:
    """Some that every run has, so that what they bring about does happen, and more by chance."""

    def at(early: float = 0.1, late: float = 0.9) -> float:
        return seconds * chance.uniform(early, late)

    counter = chance.choice(("counter-1", "counter-2"))
    other = "counter-2" if counter == "counter-1" else "counter-1"
    yield Fault(at(0.1, 0.2), HOLDS, counter, SESSION_SECONDS + 2.5)
    yield Fault(at(0.45, 0.6), "kills", other)
    yield Fault(at(0.3, 0.5), "pauses", "kafka", chance.uniform(2.2, 3.5))
    yield Fault(at(0.2, 0.5), chance.choice(("empties", "sets back")), "redis")
    yield Fault(at(0.6, 0.8), "sets back mid-batch", "redis", chance.uniform(0.2, 1.0))
    for worker in WORKERS:
        yield Fault(at(), chance.choice(("kills", "restarts")), worker)
    box = chance.choice(("box-1", "box-2"))
    yield Fault(at(0.5, 0.7), "pauses", box, chance.uniform(2.5, 5.0))
    for _ in range(round(seconds / 5)):
        yield _any_fault(at(), chance)
    if seconds >= 30:
        yield Fault(at(0.65, 0.8), chance.choice(("kills", "restarts")), "kafka")
        yield Fault(at(), "kills and puts an older file into", "redis")


def _apart(faults: list[Fault]) -> Iterator[Fault]:
    """The same, but that nothing else happens to counters and Redis' connections in one stretch:
    from when all counters count, over a held write and the change of owners, to its arrival.
    """
    held = next(fault for fault in faults if fault.what == HOLDS)
    begins, over = held.at - SESSION_SECONDS - 1.0, held.at + held.seconds + 1.0
    for fault in faults:
        breaks_redis = fault.target == "redis" and fault.what.startswith(("kills", "restarts"))
        hurts_counter = fault.target.startswith("counter") and fault is not held
        meets = (breaks_redis or hurts_counter) and begins < fault.at < over
        yield replace(fault, at=over + (fault.at - begins) / 10) if meets else fault


def _any_fault(at: float, chance: Random) -> Fault:
    kind = chance.random()
    if kind < 0.3:
        return Fault(at, "kills", chance.choice((*PROCESSES, *WORKERS)))
    if kind < 0.4:
        return Fault(at, "restarts", chance.choice((*PROCESSES, *WORKERS)))
    if kind < 0.65:
        pause = chance.choice((chance.uniform(0.2, 1.5), chance.uniform(2.2, 8.0)))
        return Fault(at, "pauses", chance.choice((*PROCESSES, *WORKERS)), pause)
    if kind < 0.75:
        return Fault(at, chance.choice(("kills", "restarts", "pauses")), "mongo", 2.0)
    if kind < 0.9:
        return Fault(at, chance.choice(("kills", "restarts", "pauses")), "redis", 1.5)
    return Fault(at, chance.choice(("empties", "sets back")), "redis")
