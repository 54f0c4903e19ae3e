"""The faults of a seed, each with its moment. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from tests.chaos.plan import HOLDS, Fault

SESSION_SECONDS = 6.0
"""How long a consumer group waits for a member that says nothing."""

PROCESSES = ("box-1", "box-2", "counter-1", "counter-2", "archiver-1", "archiver-2")
WORKERS = ("worker-1", "worker-2")


def faults(seconds: float, chance: Random) -> list[Fault]:
    """All of them, in no order."""
    return list(_apart(list(_all(seconds, chance))))


def _all(seconds: float, chance: Random) -> Iterator[Fault]:
    """Some that every run has, so that what they bring about does happen, and more by chance."""

    def at(early: float = 0.1, late: float = 0.9) -> float:
        return seconds * chance.uniform(early, late)

    counter = chance.choice(("counter-1", "counter-2"))
    other = "counter-2" if counter == "counter-1" else "counter-1"
    yield Fault(at(0.1, 0.2), HOLDS, counter, SESSION_SECONDS + 6.0)
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
    begins, over = held.at - SESSION_SECONDS - 1.0, held.at + held.seconds + 3.0
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
