"""HTTP shapes of reviews."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.forms.rules import FieldValue
from groundswell_ideas.reviews.rules import Expert, Given, Outcome, Review, window_of
from groundswell_ideas.shapes import Answer, Id, Line, Reason, Request
from groundswell_ideas.submissions.rules import is_public


class NewAnswer(Request):
    """What becomes of an idea that reached the last step, with the reason that everybody reads."""

    outcome: Outcome
    reason: Annotated[Reason, Field(examples=["It fits the range of autumn."])]


class NewExpert(Request):
    """Who is asked about an idea, a member with the role `expert`; everybody reads the `office`.

    `participant_id` is who they are when they take part themselves, if they do.
    """

    expert_id: Id
    office: Annotated[Line, Field(examples=["Model maker from outside, Billund"])]
    participant_id: Id | None = None

    def value(self, at: datetime) -> Expert:
        """The expert, asked at that moment."""
        return Expert(**self.model_dump(), asked_at=at)


class ReviewAnswer(Answer):
    """An idea that reached the last step, the window that collects it, and its answer.

    `expert` is the office of somebody from outside who is asked about it; `answered_by` tells
    whether they have answered, or the brand itself.
    """

    idea_id: str
    title: str
    votes: int
    qualified_at: datetime
    window: str | None
    outcome: Outcome | None
    reason: str | None
    answered_at: datetime | None
    answered_by: Literal["brand", "expert"] | None
    expert: str | None

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
            answered_by=_answered_by(review),
            expert=None if review.expert is None else review.expert.office,
        )


class GivenAnswer(Answer):
    """What an expert was given: what the idea says, without its authors, and when to answer.

    It can be answered once its window has opened; where there are no windows, at any time. Of one
    that is public no longer the title alone is told.
    """

    contest_id: str
    contest_title: str
    idea_id: str
    title: str
    summary: str
    fields: dict[str, FieldValue]
    category: str | None
    region: str | None
    votes: int
    window: str | None
    opens_at: datetime | None
    closes_at: datetime | None
    outcome: Outcome | None
    reason: str | None
    answered_at: datetime | None

    @classmethod
    def of(cls, given: Given) -> Self:
        """The answer that shows what was given."""
        review, idea = given.review, given.idea
        window, is_read = window_of(given.contest, review), is_public(idea)
        return cls(
            contest_id=review.contest_id,
            contest_title=given.contest.terms.title,
            idea_id=idea.id,
            title=idea.title,
            summary=idea.summary if is_read else "",
            fields=dict(idea.fields) if is_read else {},
            category=idea.category,
            region=idea.region,
            votes=review.votes,
            window=None if window is None else window.name,
            opens_at=None if window is None else window.opens_at,
            closes_at=None if window is None else window.closes_at,
            outcome=review.outcome,
            reason=review.reason,
            answered_at=review.answered_at,
        )


class GivenPage(Answer):
    """What an expert was given. `next` is the cursor of the following page, if any."""

    items: list[GivenAnswer]
    next: str | None


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


class AskedAnswer(Answer):
    """The expert who is asked about an idea, as staff read it."""

    expert_id: str
    office: str
    participant_id: str | None
    asked_at: datetime


def _answered_by(review: Review) -> Literal["brand", "expert"] | None:
    if review.outcome is None:
        return None
    return "expert" if review.by_expert else "brand"
