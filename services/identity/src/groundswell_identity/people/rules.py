"""What is known of a person. Pure; used by all capabilities that deal with people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, NewType

AddressMark = NewType("AddressMark", str)
"""A keyed hash of an address: finds it, and tells nothing of it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person told of themselves. The address is in its one form and never changes.

    `region` is where they say that they live (ISO 3166-1 alpha-2, upper case), if they say it.
    """

    email: str
    display_name: str | None
    locale: str
    time_zone: str
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part."""

    id: str
    address_mark: AddressMark
    profile: Profile
    created_at: datetime


class Bound(NamedTuple):
    """How often something may be done within a time."""

    most: int
    within: timedelta


def seconds_until_free(done: Sequence[datetime], bounds: Sequence[Bound], now: datetime) -> int:
    """In how many seconds something may be done that was `done` at these times; 0 for now."""
    free_at = [
        sorted(done)[-bound.most] + bound.within for bound in bounds if len(done) >= bound.most
    ]
    left = max((moment - now for moment in free_at), default=timedelta())
    return max(0, -(-left // timedelta(seconds=1)))
