"""HTTP shapes of milestones."""

from typing import Annotated

from pydantic import Field

from groundswell_ideas.shapes import Id, Line, Reason, Request


class NewMilestone(Request):
    """A step of the work that is done, in words that everybody reads; of one winner, or of all."""

    title: Annotated[Line, Field(examples=["First sample"])]
    words: Annotated[Reason, Field(examples=["The sole fits; the colours do not, yet."])]
    idea_id: Id | None = None
