"""What a brand tells those who work for it: published by ideas, for them alone to know."""

from typing import Annotated, ClassVar

from pydantic import Field

from groundswell_contracts.event import Event, UtcTime
from groundswell_contracts.topics import STAFF, Topic


class StaffBriefed(Event):
    """A brand told its own staff of a contest, before everybody else.

    `words` are those for staff, None when there are none. `opens_at` is when the contest opens,
    None when that is not set. Other words or another title are told again. ContestPublished, on
    the topic of contests, is what makes the contest public.
    """

    topic: ClassVar[Topic] = STAFF
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    title: str
    words: str | None = None
    opens_at: UtcTime | None = None


class ScoresAsked(Event):
    """Jurors of a contest can score a round: it opened, or they came to the jury while it is open.

    `round` is its name. It ends at `closes_at`; None: when the brand closes it.
    """

    topic: ClassVar[Topic] = STAFF
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    title: str
    round_id: str
    round: str
    juror_ids: Annotated[tuple[str, ...], Field(min_length=1)]
    closes_at: UtcTime | None = None


class ReviewAsked(Event):
    """A brand gave an idea to an expert from outside, who answers it in its place.

    From `opens_at` on, until `closes_at`; None: at any time, or not planned yet.
    """

    topic: ClassVar[Topic] = STAFF
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    title: str
    idea_id: str
    idea_title: str
    expert_id: str
    opens_at: UtcTime | None = None
    closes_at: UtcTime | None = None
