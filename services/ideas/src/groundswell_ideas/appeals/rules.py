"""When an author can appeal, and what an appeal is. Pure; called by the commands."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from groundswell_ideas.audit.rules import UNSAID, Subject, Why
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.terms.rules import Obstacle

APPEALING = timedelta(days=14)
"""How long after a decision its author can appeal."""

Outcome = Literal["upheld", "declined"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An author's words against a decision; each subject has one at most.

    Upheld, the decision is taken back.
    """

    subject: Subject
    author_id: str
    words: str
    appealed_at: datetime
    outcome: Outcome | None = None
    why: Why = UNSAID
    answered_at: datetime | None = None


def obstacles_to_appealing(
    contest: Contest, status: str, decided_at: datetime | None, now: datetime
) -> list[Obstacle]:
    """What keeps the author of an idea or a comment of this status from appealing."""
    return list(_obstacles(contest, status, decided_at, now))


def answered(appeal: Appeal, *, approved: bool, why: Why, at: datetime) -> Appeal:
    """The appeal after the second decision."""
    outcome: Outcome = "upheld" if approved else "declined"
    return replace(appeal, outcome=outcome, why=why, answered_at=at)


def _obstacles(
    contest: Contest, status: str, decided_at: datetime | None, now: datetime
) -> Iterator[Obstacle]:
    if status != "rejected" or decided_at is None:
        yield Obstacle("status", "status", "only what was turned down can be appealed")
    elif contest.phase == "closed":
        yield Obstacle("phase", "phase", "nothing is appealed once a contest is closed")
    elif now >= decided_at + APPEALING:
        message = f"an appeal comes within {APPEALING.days} days"
        yield Obstacle("decided_at", "past", message)
