"""Events of the selection: published by ideas when a brand vetoes or selects."""

from typing import ClassVar

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
    """The brand selected an idea as a winner; `rank` is its place in the certified tally."""

    topic: ClassVar[Topic] = WINNERS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    idea_id: str
    participant_id: str
    title: str
    reason: str
    rank: int | None = None
