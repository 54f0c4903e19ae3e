"""HTTP shapes of ideas."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from groundswell_ideas.shapes import Answer, Line, Request
from groundswell_ideas.submissions.rules import Status

Summary = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
FieldValue = Annotated[str, StringConstraints(max_length=1_000)]


class NewIdea(Request):
    """An idea to be handed in; `fields` hold what this contest asks for beyond the summary."""

    title: Annotated[Line, Field(examples=["RRS Boaty McBoatface"])]
    summary: Annotated[Summary, Field(examples=["A name that nobody will forget."])]
    fields: dict[FieldName, FieldValue] = Field(
        default_factory=dict, max_length=20, examples=[{"home_port": "Southampton"}]
    )


class IdeaAnswer(Answer):
    """An idea. `reason` is the editor's, for the decision in `status`."""

    id: Annotated[str, Field(examples=["idea_01jd5w0h3v8m6q2y9k4r7t1xzp"])]
    contest_id: str
    participant_id: str
    title: str
    summary: str
    fields: dict[str, str]
    status: Status
    reason: str | None
    submitted_at: datetime
    decided_at: datetime | None


class IdeaPage(Answer):
    """Ideas of a contest as they came. `next` is the cursor of the following page, if any."""

    items: list[IdeaAnswer]
    next: str | None
