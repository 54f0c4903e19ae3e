"""What every ballot box knows of the polls: small changes on one partition, read whole at start."""

from typing import Annotated, ClassVar

from pydantic import Field

from groundswell_contracts.event import Data, Event, UtcTime
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.topics import POLLS, Topic


class AnnouncedIdeas(Data):
    """Ideas that are on the ballot: the first one's ordinal, then all that follow it in order."""

    first_ordinal: Annotated[int, Field(ge=0)]
    idea_ids: list[str]


class PollAnnounced(Event):
    """A change of what ballot boxes may accept for a poll.

    Announcements of a poll are numbered. A field that is left out is unchanged. Whatever order
    announcements arrive in: of `accepting`, `accepts_until`, `closes_at` and `rules` the highest
    number wins; ideas, once announced, withdrawn or removed, stay so until they are returned under
    a higher number.

    `closes_at` is the closing time that the votes log has. `accepts_until` is one before it that
    the log is about to have: between the two a ballot box cannot tell whether a vote counts.
    A withdrawn idea takes no votes; its places on ballots are free once it is removed. One that is
    merged into another stays withdrawn: its votes keep their places.
    """

    topic: ClassVar[Topic] = POLLS
    key_field: ClassVar[str] = "poll_id"

    poll_id: str
    contest_id: str
    number: Annotated[int, Field(ge=1)]
    accepting: bool | None = None
    accepts_until: UtcTime | None = None
    closes_at: UtcTime | None = None
    rules: PollRules | None = None
    ideas: AnnouncedIdeas | None = None
    withdrawn_idea_ids: tuple[str, ...] = ()
    removed_idea_ids: tuple[str, ...] = ()
    returned_idea_ids: tuple[str, ...] = ()
