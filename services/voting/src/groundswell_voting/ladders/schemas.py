"""HTTP shapes of ladders."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel


class LadderStepView(BaseModel):
    """A step of an idea. `due_at` is known once the step before is reached; moments in UTC."""

    step: int
    votes_needed: int
    state: Literal["reached", "due", "missed", "ahead"]
    due_at: AwareDatetime | None = None
    reached_at: AwareDatetime | None = None
    votes: int | None = None


class LadderView(BaseModel):
    """How far an idea has come on its poll's ladder."""

    poll_id: str
    idea_id: str
    steps: list[LadderStepView]
