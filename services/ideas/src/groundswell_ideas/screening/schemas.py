"""HTTP shapes of what screening found."""

from typing import Annotated, Self

from pydantic import Field

from groundswell_ideas.screening.rules import Screening, Severity
from groundswell_ideas.shapes import Answer


class FindingAnswer(Answer):
    """Something that screening noticed: where, what, and in words."""

    kind: str
    severity: Severity
    where: str
    match: str
    words: str


class ScreeningAnswer(Answer):
    """What screening made of an idea or a comment; for staff of the brand."""

    outcome: Annotated[str, Field(examples=["hold"])]
    findings: list[FindingAnswer]

    @classmethod
    def of(cls, screening: Screening) -> Self:
        """The answer that shows this screening."""
        return cls.model_validate(screening)
