"""What is known of a person. Pure; used by all capabilities that deal with people."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

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
