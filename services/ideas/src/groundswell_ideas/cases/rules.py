"""What waits in the queue, and who has claimed it. Pure; called by the commands."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from groundswell_ideas.audit.rules import Subject, SubjectKind
from groundswell_ideas.terms.rules import Obstacle

Cause = Literal["new", "screening", "revised", "reports", "appeal", "staff"]

LEASE = timedelta(minutes=15)
"""How long a claim holds: who goes home with it keeps nobody waiting for longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A subject that waits, for all these causes. Cases sort by the time they were opened."""

    id: str
    subject: Subject
    causes: tuple[Cause, ...]
    opened_at: datetime
    claimed_by: str | None = None
    claimed_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases of a brand are meant; None: any. `free` leaves out what others have claimed."""

    contest_id: str | None = None
    kind: SubjectKind | None = None
    cause: Cause | None = None
    free: bool = False


def with_cause(case: Case, cause: Cause) -> Case:
    """The case with a further cause."""
    return replace(case, causes=tuple(dict.fromkeys((*case.causes, cause))))


def without_screening(case: Case) -> Case:
    """The case without what is settled once screening finds nothing: people's causes stay."""
    left = tuple(cause for cause in case.causes if cause in ("reports", "appeal", "staff"))
    return replace(case, causes=left)


def holder(case: Case, now: datetime) -> str | None:
    """The member of staff who has claimed a case, if somebody has."""
    held = case.claimed_until is not None and now < case.claimed_until
    return case.claimed_by if held else None


def obstacles_to_deciding_case(case: Case | None, staff_id: str, now: datetime) -> list[Obstacle]:
    """What keeps a member of staff from deciding: somebody else is at it."""
    other = None if case is None else holder(case, now)
    if other is None or other == staff_id:
        return []
    return [Obstacle("claim", "claimed", f"{other} has claimed it")]


def claimed(case: Case, staff_id: str, now: datetime) -> Case:
    """The case as claimed from now on; claiming again makes it last longer."""
    return replace(case, claimed_by=staff_id, claimed_until=now + LEASE)


def released(case: Case) -> Case:
    """The case as claimed by nobody."""
    return replace(case, claimed_by=None, claimed_until=None)
