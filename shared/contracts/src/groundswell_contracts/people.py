"""Events of people: published by identity. They carry ids, and nothing else about anybody."""

from typing import ClassVar, Final

from groundswell_contracts.event import Event
from groundswell_contracts.topics import PEOPLE, Topic

NO_BRAND: Final = "groundswell"
"""What `ce_brandid` says in events of people, who belong to no brand; no brand has this id."""


class PersonErased(Event):
    """Somebody's name and address are gone; whoever keeps something of theirs erases it too."""

    topic: ClassVar[Topic] = PEOPLE
    key_field: ClassVar[str] = "person_id"

    person_id: str
