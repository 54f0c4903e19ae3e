"""Events of what brands promised: published by ideas while a contest is kept, or not kept."""

from datetime import date
from typing import Annotated, ClassVar

from pydantic import Field

from groundswell_contracts.event import Event
from groundswell_contracts.topics import COMMITMENTS, Topic


class CommitmentOverdue(Event):
    """The day by which everybody was to hear the outcome has passed without it; told once.

    Of the `to_answer` ideas so many were `answered` by then.
    """

    topic: ClassVar[Topic] = COMMITMENTS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    title: str
    answer_by: date
    to_answer: Annotated[int, Field(ge=0)]
    answered: Annotated[int, Field(ge=0)]


class MilestoneReached(Event):
    """A step of the work with the winners is done, in words that everybody reads.

    `idea_id` is the winner that it is about, None: all of them.
    """

    topic: ClassVar[Topic] = COMMITMENTS
    key_field: ClassVar[str] = "contest_id"

    contest_id: str
    milestone_id: str
    title: str
    words: str
    idea_id: str | None = None
