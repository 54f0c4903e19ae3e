"""HTTP shapes of reviews."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.reviews.rules import Outcome, Review, window_of
from groundswell_ideas.shapes import Answer, Reason, Request


class NewAnswer(Request):
    """What becomes of an idea that reached the last step, with the reason that everybody reads."""

    outcome: Outcome
    reason: Annotated[Reason, Field(examples=["It fits the range of autumn."])]


class ReviewAnswer(Answer):
    """An idea that reached the last step, the window that collects it, and its answer."""

    idea_id: str
    title: str
    votes: int
    qualified_at: datetime
    window: str | None
    outcome: Outcome | None
    reason: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, contest: Contest, review: Review, title: str) -> Self:
        """The answer that shows this review."""
        window = window_of(contest, review)
        return cls(
            idea_id=review.idea_id,
            title=title,
            votes=review.votes,
            qualified_at=review.qualified_at,
            window=None if window is None else window.name,
            outcome=review.outcome,
            reason=review.reason,
            answered_at=review.answered_at,
        )


class ReviewPage(Answer):
    """Ideas that reached the last step. `next` is the cursor of the following page, if any."""

    items: list[ReviewAnswer]
    next: str | None


class AnsweredAnswer(Answer):
    """What an idea was answered."""

    idea_id: str
    outcome: Outcome
    reason: str
    answered_at: datetime
