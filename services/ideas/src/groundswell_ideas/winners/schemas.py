"""HTTP shapes of what becomes of winners."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.selection.schemas import DropoutAnswer, PayeeAnswer, WinnerAnswer
from groundswell_ideas.shapes import Answer, Line, Reason, Request


class PayeeBody(Request):
    """Who gets what the winner is promised; a charity by its name."""

    kind: Literal["self", "charity"] = "self"
    name: Annotated[Line | None, Field(examples=["Sea rescue of the north"])] = None

    @model_validator(mode="after")
    def _charities_have_names(self) -> Self:
        if (self.kind == "charity") != (self.name is not None):
            raise ValueError("a charity is named, and nobody else")
        return self


class Acceptance(Request):
    """A win that is taken."""

    payee: PayeeBody = PayeeBody()


class ConfirmedAnswer(Answer):
    """A win that was taken, when, and who gets what is promised."""

    idea_id: str
    confirmed_at: datetime
    payee: PayeeAnswer


class Refusal(Request):
    """Why an author declines, in words that everybody reads; need not be said."""

    reason: Reason | None = None


class NotVerified(Request):
    """Why a winner wins no longer, in words that everybody reads."""

    reason: Annotated[Reason, Field(examples=["The design turned out to be somebody else's."])]


class StandingAnswer(Answer):
    """Who stands after a winner dropped out."""

    dropout: DropoutAnswer
    winners: list[WinnerAnswer]
    alternate_ids: list[str]

    @classmethod
    def of(cls, contest: Contest) -> Self:
        """The answer that shows this contest after its last dropout."""
        return cls(
            dropout=DropoutAnswer.model_validate(contest.dropouts[-1]),
            winners=[WinnerAnswer.model_validate(winner) for winner in contest.winners],
            alternate_ids=list(contest.alternates),
        )
