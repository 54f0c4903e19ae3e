"""What a contest does by itself, and when: the timers of its calendar and its promise. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal

from groundswell_ideas.terms.rules import Obstacle, Phase, Terms
from groundswell_ideas.terms.rules.local_times import to_utc

RETRY = timedelta(minutes=1)

Aim = Phase | Literal["answer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A phase that a contest enters by itself, or the day by which it has to answer.

    `waiting`: tried at `try_at`; `refused`: something stands in the way, tried again then; `done`:
    did what it was for; `cancelled`: a person did, or it came to nothing. A `held` one waits for
    its contest to be resumed.
    """

    brand_id: str
    contest_id: str
    aim: Aim
    due_at: datetime
    try_at: datetime
    state: Literal["waiting", "refused", "done", "cancelled"] = "waiting"
    held: bool = False
    obstacles: tuple[Obstacle, ...] = ()
    settled_at: datetime | None = None

    @property
    def id(self) -> str:
        """One for each contest and aim."""
        return f"{self.contest_id}/{self.aim}"


def planned(
    brand_id: str, contest_id: str, terms: Terms, ahead: Collection[Phase], now: datetime
) -> list[Timer]:
    """The timers of a contest that may still come to the phases `ahead`.

    What lies in the past is not planned, so that no draft opens by a time that is over.
    """
    aims: list[tuple[Aim, datetime]] = [
        (entry.to, to_utc(entry.at, terms.time_zone))
        for entry in terms.calendar
        if entry.to in ahead
    ]
    if terms.answer_by is not None:
        aims.append(("answer", answer_due_at(terms)))
    return [
        Timer(brand_id=brand_id, contest_id=contest_id, aim=aim, due_at=due, try_at=due)
        for aim, due in aims
        if due > now
    ]


def answer_due_at(terms: Terms) -> datetime:
    """The end of the day by which the contest answers. Raises ValueError without such a day."""
    if terms.answer_by is None:
        raise ValueError("no day is promised")
    midnight = datetime.combine(terms.answer_by + timedelta(days=1), time())
    return to_utc(midnight, terms.time_zone)


def is_due(timer: Timer, now: datetime) -> bool:
    """Whether a timer is to be tried now."""
    return timer.state in ("waiting", "refused") and not timer.held and timer.try_at <= now


def refused(timer: Timer, obstacles: Collection[Obstacle], now: datetime) -> Timer:
    """The timer after something stood in its way: it is tried again in a minute."""
    return replace(timer, state="refused", obstacles=tuple(obstacles), try_at=now + RETRY)


def settled(timer: Timer, state: Literal["done", "cancelled"], now: datetime) -> Timer:
    """The timer when nothing is left to do."""
    return replace(timer, state=state, obstacles=(), settled_at=now)


def after_entering(timer: Timer, ahead: Collection[Phase], now: datetime) -> Timer:
    """A timer that was not settled, after a person led its contest into a phase."""
    if timer.aim == "answer" or timer.aim in ahead:
        return timer
    return settled(timer, "cancelled", now)
