"""HTTP shapes of the queue."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from groundswell_ideas.appeals.schemas import AppealAnswer
from groundswell_ideas.audit.rules import SubjectKind
from groundswell_ideas.cases.rules import Case, Cause, Wanted
from groundswell_ideas.discussion.schemas import CommentAnswer
from groundswell_ideas.moderation.queries import Waiting
from groundswell_ideas.screening.schemas import ScreeningAnswer
from groundswell_ideas.shapes import Answer, Id, Request
from groundswell_ideas.submissions.schemas import IdeaAnswer

CLAIMED_MAXIMUM = 50


class WaitingAnswer(Answer):
    """Something that waits for an editor, and all that speaks for a look at it.

    `reports` counts what people say is wrong, by the catalogue's codes, since an editor looked
    last. Of `idea` and `comment` one is there.
    """

    kind: SubjectKind
    subject_id: str
    contest_id: str
    causes: list[Cause]
    opened_at: datetime
    claimed_by: str | None
    idea: IdeaAnswer | None
    comment: CommentAnswer | None
    screening: ScreeningAnswer | None
    reports: Annotated[dict[str, int], Field(examples=[{"not-own-work": 3}])]
    appeal: AppealAnswer | None

    @classmethod
    def of(cls, waiting: Waiting) -> Self:
        """The answer that shows what waits."""
        subject = waiting.case.subject
        idea, comment, screening = waiting.idea, waiting.comment, waiting.screening
        return cls(
            kind=subject.kind,
            subject_id=subject.id,
            contest_id=subject.contest_id,
            causes=list(waiting.case.causes),
            opened_at=waiting.case.opened_at,
            claimed_by=waiting.claimed_by,
            idea=None if idea is None else IdeaAnswer.model_validate(idea),
            comment=None if comment is None else CommentAnswer.of(comment),
            screening=None if screening is None else ScreeningAnswer.of(screening),
            reports=dict(waiting.reports),
            appeal=None if waiting.appeal is None else AppealAnswer.of(waiting.appeal),
        )


class QueuePage(Answer):
    """What waits, the oldest first. `next` is the cursor of the following page, if any."""

    items: list[WaitingAnswer]
    next: str | None


class NewClaims(Request):
    """How many of the oldest cases to claim; the filters are those of the queue."""

    count: Annotated[int, Field(strict=True, ge=1, le=CLAIMED_MAXIMUM)] = 10
    contest_id: Id | None = None
    kind: SubjectKind | None = None
    cause: Cause | None = None

    def value(self) -> Wanted:
        """The cases that are meant."""
        return Wanted(contest_id=self.contest_id, kind=self.kind, cause=self.cause, free=True)


class ClaimAnswer(Answer):
    """A case that is the caller's until a moment."""

    kind: SubjectKind
    subject_id: str
    contest_id: str
    claimed_until: datetime | None

    @classmethod
    def of(cls, case: Case) -> Self:
        """The answer that shows this claim."""
        return cls(
            kind=case.subject.kind,
            subject_id=case.subject.id,
            contest_id=case.subject.contest_id,
            claimed_until=case.claimed_until,
        )


class Claims(Answer):
    """The caller's cases."""

    items: list[ClaimAnswer]


class Releases(Request):
    """Subjects whose claims the caller gives up."""

    subject_ids: Annotated[list[Id], Field(min_length=1, max_length=CLAIMED_MAXIMUM)]


class Released(Answer):
    """How many claims were given up."""

    released: int
