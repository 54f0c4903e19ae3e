"""HTTP shapes of an editor's decisions, one or many at once."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field

from groundswell_ideas.audit.rules import SubjectKind, Why
from groundswell_ideas.moderation.rules import Verdict
from groundswell_ideas.reasons.schemas import ReasonCode
from groundswell_ideas.shapes import Answer, Id, Reason, Request
from groundswell_kit.problems import Problem

DECISIONS_MAXIMUM = 100

Revision = Annotated[int, Field(strict=True, ge=1)]


class Approval(Request):
    """Why something is let in; need not be said.

    `revision` is the one of the idea that was looked at: the decision is refused when a later one
    came meanwhile.
    """

    reason: Reason | None = None
    reason_code: ReasonCode | None = None
    revision: Revision | None = None

    def why(self) -> Why:
        """The reason."""
        return Why(code=self.reason_code, words=self.reason)


class Rejection(Approval):
    """Why something is turned down, in words, by the catalogue, or both; its author reads it."""

    reason: Annotated[Reason | None, Field(examples=["Not a name for a ship."])] = None


class Hold(Request):
    """Why an idea is looked at again; for staff alone."""

    reason: Annotated[Reason, Field(examples=["A trademark office has written to us."])]


class CommentApproval(Request):
    """Why a comment is let in; need not be said."""

    reason: Reason | None = None
    reason_code: ReasonCode | None = None

    def why(self) -> Why:
        """The reason."""
        return Why(code=self.reason_code, words=self.reason)


class CommentRejection(CommentApproval):
    """Why a comment is taken away, in words, by the catalogue, or both; its author reads it."""


class OneDecision(Approval):
    """A decision among many."""

    kind: SubjectKind
    id: Id
    decision: Literal["approve", "reject"]

    def value(self) -> Verdict:
        """The decision."""
        return Verdict(
            kind=self.kind,
            subject_id=self.id,
            decision="approved" if self.decision == "approve" else "rejected",
            why=self.why(),
            revision=self.revision,
        )


def _each_once(decisions: Sequence[OneDecision]) -> Sequence[OneDecision]:
    if len({decision.id for decision in decisions}) != len(decisions):
        raise ValueError("each subject is decided once")
    return decisions


class Decisions(Request):
    """Decisions that are carried out in this order, each by itself."""

    decisions: Annotated[
        list[OneDecision],
        Field(min_length=1, max_length=DECISIONS_MAXIMUM),
        AfterValidator(_each_once),
    ]


class FieldErrorAnswer(Answer):
    """One reason why a decision was refused, as in problem details."""

    field: str
    rule: str
    message: str


class RefusalAnswer(Answer):
    """Why a decision was refused: the type, title and status that it would have had alone."""

    type: str
    title: str
    status: int
    detail: str | None
    errors: list[FieldErrorAnswer]

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """The answer that shows this problem."""
        return cls(
            type=problem.kind.uri,
            title=problem.kind.title,
            status=problem.kind.status,
            detail=problem.detail,
            errors=[FieldErrorAnswer.model_validate(error) for error in problem.errors],
        )


class OutcomeAnswer(Answer):
    """What became of one decision: the subject's `status` now, or why it was `refused`."""

    kind: SubjectKind
    id: str
    status: Annotated[str | None, Field(examples=["approved"])]
    refused: RefusalAnswer | None


class Outcomes(Answer):
    """What became of all decisions, in the order in which they were sent."""

    items: list[OutcomeAnswer]
