"""HTTP shapes of reasons."""

from typing import Annotated

from pydantic import Field, StringConstraints

from groundswell_ideas.audit.rules import SubjectKind
from groundswell_ideas.shapes import Answer

ReasonCode = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z-]{0,39}$"), Field(examples=["off-topic"])
]


class ReasonAnswer(Answer):
    """A reason of the catalogue in the reader's language."""

    code: str
    about: list[SubjectKind]
    reportable: bool
    needs_words: bool
    words: str


class ReasonList(Answer):
    """All reasons, as the catalogue has them."""

    items: list[ReasonAnswer]
