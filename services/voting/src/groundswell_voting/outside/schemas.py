"""HTTP shapes of figures from outside."""

from typing import Annotated

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)

from groundswell_voting.outside.rules import MAX_FIGURES
from groundswell_voting.polls.schemas import Moment

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]+[^\s]*$", max_length=500)]


class Figure(BaseModel):
    """What one idea got elsewhere."""

    model_config = ConfigDict(extra="forbid")

    idea_id: Id
    votes: Annotated[int, Field(ge=0, le=10**12)]


def _unique(figures: list[Figure]) -> list[Figure]:
    if len({figure.idea_id for figure in figures}) != len(figures):
        raise ValueError("each idea is named once")
    return figures


class NewFigures(BaseModel):
    """Figures of one source, as they stood at one moment; `replaces` names what they correct."""

    model_config = ConfigDict(extra="forbid")

    label: Text
    source_url: Url | None = None
    taken_at: Moment
    figures: Annotated[
        list[Figure], Field(min_length=1, max_length=MAX_FIGURES), AfterValidator(_unique)
    ]
    replaces: Id | None = None


class EntryView(BaseModel):
    """An entry as it was made; `replaced_by` names its correction."""

    id: str
    label: str
    source_url: str | None
    taken_at: AwareDatetime
    figures: list[Figure]
    replaces: str | None
    replaced_by: str | None
    entered_at: AwareDatetime


class EntryList(BaseModel):
    """All entries of a poll in the order in which they came, corrected ones among them."""

    items: list[EntryView]
