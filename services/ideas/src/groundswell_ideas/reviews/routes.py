"""HTTP of reviews: what is collected, and the answers."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from groundswell_ideas.reviews.commands import ReviewCommands
from groundswell_ideas.reviews.queries import ReviewQueries
from groundswell_ideas.reviews.schemas import AnsweredAnswer, NewAnswer, ReviewAnswer, ReviewPage
from groundswell_kit.access import AnyReader, Manager
from groundswell_kit.paging import AskedPage


@dataclass(frozen=True, slots=True)
class ReviewRoutes:
    """Mounted by `app`."""

    commands: ReviewCommands
    queries: ReviewQueries

    def router(self) -> APIRouter:
        """All routes of reviews."""
        router = APIRouter(prefix="/v1/contests/{contest_id}/reviews", tags=["reviews"])
        router.get("")(self.list_reviews)
        router.put("/{idea_id}")(self.answer_idea)
        return router

    async def list_reviews(
        self,
        contest_id: str,
        reader: AnyReader,
        page: AskedPage,
        window: Annotated[str | None, Query(max_length=200)] = None,
    ) -> ReviewPage:
        """The ideas that reached the last step of their ladder, with the answers given so far."""
        contest, found, titles = await self.queries.page(
            contest_id, reader.staff_of, window, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        items = [ReviewAnswer.of(contest, review, titles[review.idea_id]) for review in shown]
        return ReviewPage(items=items, next=cursor)

    async def answer_idea(
        self, contest_id: str, idea_id: str, manager: Manager, body: NewAnswer
    ) -> AnsweredAnswer:
        """Answer an idea from its window on, for good; the same again changes nothing."""
        review = await self.commands.answer(
            manager.brand_id, contest_id, idea_id, body.outcome, body.reason
        )
        return AnsweredAnswer.model_validate(review)
