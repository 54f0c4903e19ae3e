"""HTTP shapes of appeals."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from groundswell_ideas.appeals.rules import Appeal, Outcome
from groundswell_ideas.shapes import Answer, Reason, Request


class NewAppeal(Request):
    """What the author has to say against the decision."""

    words: Annotated[Reason, Field(examples=["The anchor is my own drawing; here is the sketch."])]


class AppealAnswer(Answer):
    """An appeal, and what became of it; `outcome` is null until then."""

    subject_id: str
    words: str
    appealed_at: datetime
    outcome: Outcome | None
    reason_code: str | None
    reason: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, appeal: Appeal) -> Self:
        """The answer that shows this appeal."""
        return cls(
            subject_id=appeal.subject.id,
            words=appeal.words,
            appealed_at=appeal.appealed_at,
            outcome=appeal.outcome,
            reason_code=appeal.why.code,
            reason=appeal.why.words,
            answered_at=appeal.answered_at,
        )
