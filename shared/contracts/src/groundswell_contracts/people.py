"""Events of people and of brands' staff: published by identity. They carry ids, and no address."""

from typing import ClassVar, Final

from groundswell_contracts.event import Event
from groundswell_contracts.topics import PEOPLE, Topic

NO_BRAND: Final = "groundswell"
"""What `ce_brandid` says in PersonErased, for people belong to no brand; no brand has this id."""


class PersonErased(Event):
    """Somebody's name and address are gone; whoever keeps something of theirs erases it too."""

    topic: ClassVar[Topic] = PEOPLE
    key_field: ClassVar[str] = "person_id"

    person_id: str


class MemberInvited(Event):
    """Somebody is to work for the brand in these roles, instead of any that they had before.

    Roles that a reader does not know give nothing.
    """

    topic: ClassVar[Topic] = PEOPLE
    key_field: ClassVar[str] = "member_id"

    member_id: str
    roles: tuple[str, ...]


class MemberRemoved(Event):
    """Somebody works for the brand no longer, and never again under this id."""

    topic: ClassVar[Topic] = PEOPLE
    key_field: ClassVar[str] = "member_id"

    member_id: str
