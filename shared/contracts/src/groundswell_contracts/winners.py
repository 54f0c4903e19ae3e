"""Events of the selection: published by ideas when a brand vetoes or selects."""

from typing import ClassVar, Literal

from groundswell_contracts.event import Event
from groundswell_contracts.topics import WINNERS, Topic


class WinnerVetoed(Event):
    """The brand ruled an idea out, also one selected before, with a reason for everybody."""

    topic: ClassVar[Topic] = WINNERS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    idea_id: str
    participant_id: str
    title: str
    reason: str


class WinnerSelected(Event):
    """An idea won: selected by the brand, or come up from the line of alternates.

    `rank` is its place in the ranking that decides: the certified tally, unless the contest's
    terms let a jury decide, or weigh both. `region` is the variant of the contest that it won in.
    """

    topic: ClassVar[Topic] = WINNERS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    idea_id: str
    participant_id: str
    title: str
    reason: str
    rank: int | None = None
    region: str | None = None


class WinnerConfirmed(Event):
    """The author of a winner took the win, and said who gets what is promised."""

    topic: ClassVar[Topic] = WINNERS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    idea_id: str
    participant_id: str
    title: str
    payee: Literal["self", "charity"]
    charity: str | None = None


class WinnerDeclined(Event):
    """A winner wins no longer: its author declined, or could not be verified.

    Who comes up from the line of alternates is told by a WinnerSelected of its own.
    """

    topic: ClassVar[Topic] = WINNERS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    idea_id: str
    participant_id: str
    title: str
    cause: Literal["declined", "not_verified"]
    reason: str
