"""Runs every invariant over a run; used by `make chaos`, and by hand to judge a kept run again."""

from tests.chaos.checker import answers, ladders, merges, passes, standings, stores, tallies
from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.reading import Reading

INVARIANTS = (
    *answers.INVARIANTS,
    *passes.INVARIANTS,
    *stores.INVARIANTS,
    *tallies.INVARIANTS,
    *ladders.INVARIANTS,
    *merges.INVARIANTS,
    *standings.INVARIANTS,
)


def findings(evidence: Evidence) -> list[str]:
    """Every breach, as `name of the invariant: who, what and where`; empty when all holds."""
    run = Reading(evidence)
    return [
        f"{invariant.__name__}: {breach}" for invariant in INVARIANTS for breach in invariant(run)
    ]
