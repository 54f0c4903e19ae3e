"""HTTP shapes of the trail."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from groundswell_ideas.audit.rules import Act, ActorKind, SubjectKind, Verb
from groundswell_ideas.shapes import Answer


class ActedByAnswer(Answer):
    """Whoever acted; screening, and reports by their number, have no id."""

    kind: ActorKind
    id: str | None


class ActAnswer(Answer):
    """Something that was done to an idea or a comment."""

    id: str
    contest_id: str
    subject_kind: SubjectKind
    subject_id: str
    verb: Annotated[Verb, Field(examples=["rejected"])]
    by: ActedByAnswer
    at: datetime
    reason_code: str | None
    reason: str | None
    details: dict[str, str]

    @classmethod
    def of(cls, act: Act) -> Self:
        """The answer that shows this act."""
        return cls(
            id=act.id,
            contest_id=act.subject.contest_id,
            subject_kind=act.subject.kind,
            subject_id=act.subject.id,
            verb=act.verb,
            by=ActedByAnswer.model_validate(act.by),
            at=act.at,
            reason_code=act.why.code,
            reason=act.why.words,
            details=dict(act.details),
        )


class ActPage(Answer):
    """Acts, the oldest first. `next` is the cursor of the following page, if any."""

    items: list[ActAnswer]
    next: str | None
