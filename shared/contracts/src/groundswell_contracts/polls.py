"""What every ballot box knows of the polls: small changes on one partition, read whole at start."""

from typing import Annotated, ClassVar

from pydantic import Field

from groundswell_contracts.event import Event, UtcTime
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.topics import POLLS, Topic


class PollAnnounced(Event):
    """A change of what ballot boxes may accept for a poll.

    Announcements of a poll are numbered. A field that is left out is unchanged; for each field
    the highest number wins, whatever order announcements arrive in.
    """

    topic: ClassVar[Topic] = POLLS
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    contest_id: str
    number: Annotated[int, Field(ge=1)]
    accepting: bool | None = None
    closes_at: UtcTime | None = None
    rules: PollRules | None = None
    idea_ids: list[str] | None = None
