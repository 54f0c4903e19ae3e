"""HTTP shapes of reports."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from groundswell_ideas.audit.rules import SubjectKind, Why
from groundswell_ideas.reasons.schemas import ReasonCode
from groundswell_ideas.reports.rules import Report
from groundswell_ideas.shapes import Answer, Reason, Request


class NewReport(Request):
    """What is wrong, by the catalogue of reasons; some reasons need words with them."""

    reason_code: ReasonCode
    reason: Annotated[Reason | None, Field(examples=["It is the logo of another shipyard."])] = None

    def value(self) -> Why:
        """What was said."""
        return Why(code=self.reason_code, words=self.reason)


class ReportAnswer(Answer):
    """What somebody reported."""

    id: str
    subject_kind: SubjectKind
    subject_id: str
    reporter_id: str
    reason_code: str
    reason: str | None
    reported_at: datetime

    @classmethod
    def of(cls, report: Report) -> Self:
        """The answer that shows this report."""
        return cls(
            id=report.id,
            subject_kind=report.subject.kind,
            subject_id=report.subject.id,
            reporter_id=report.reporter_id,
            reason_code=report.why.code or "",
            reason=report.why.words,
            reported_at=report.reported_at,
        )


class ReportPage(Answer):
    """Reports, the oldest first. `next` is the cursor of the following page, if any."""

    items: list[ReportAnswer]
    next: str | None
