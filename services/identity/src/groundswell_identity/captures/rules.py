"""Who took down whose address, and how often they may. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell_identity.people.rules import Bound, seconds_until_free

DAY = timedelta(hours=24)

# More than anybody hears at a stall; far too few to find out whose the ids of a contest are.
BOUNDS = (Bound(60, timedelta(hours=1)), Bound(300, DAY))


@dataclass(frozen=True, slots=True)
class Capture:
    """That a member of a brand's staff took down somebody's address, and got their id for it."""

    id: str
    brand_id: str
    member_id: str
    person_id: str
    captured_at: datetime


def seconds_to_wait(made: Sequence[datetime], now: datetime) -> int:
    """In how many seconds a member of staff may capture again, by the times of what they made."""
    return seconds_until_free(made, BOUNDS, now)


def still_counted(made: Sequence[datetime], now: datetime) -> list[datetime]:
    """Those of a member's captures that have to be remembered for the bounds."""
    return [moment for moment in made if now < moment + DAY]
