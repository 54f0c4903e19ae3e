"""HTTP of reviews: what is collected, the answers, and experts from outside who give some."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from groundswell_ideas.reviews.commands import Answering, ReviewCommands
from groundswell_ideas.reviews.queries import ReviewQueries
from groundswell_ideas.reviews.schemas import (
    AnsweredAnswer,
    AskedAnswer,
    GivenAnswer,
    GivenPage,
    NewAnswer,
    NewExpert,
    ReviewAnswer,
    ReviewPage,
)
from groundswell_kit.access import EXPERT, AnyReader, Manager, Staff, staff
from groundswell_kit.clock import utc_now
from groundswell_kit.http import Caller
from groundswell_kit.paging import AskedPage

OfExpert = Annotated[Staff, Depends(staff(EXPERT))]
"""An expert from outside; about which ideas is for the reviews to say."""

Answers = Annotated[Staff, Depends(staff("manager", EXPERT))]
"""A manager, who answers every review of the brand; an expert, who answers what they were given."""


@dataclass(frozen=True, slots=True)
class ReviewRoutes:
    """Mounted by `app`."""

    commands: ReviewCommands
    queries: ReviewQueries

    def router(self) -> APIRouter:
        """All routes of reviews."""
        router = APIRouter(prefix="/v1", tags=["reviews"])
        of_contest = "/contests/{contest_id}/reviews"
        router.get(of_contest)(self.list_reviews)
        router.put(f"{of_contest}/{{idea_id}}")(self.answer_idea)
        router.put(f"{of_contest}/{{idea_id}}/expert")(self.ask_expert)
        router.delete(f"{of_contest}/{{idea_id}}/expert", status_code=204)(self.ask_nobody)
        router.get("/me/reviews")(self.list_given)
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
        self, contest_id: str, idea_id: str, who: Answers, caller: Caller, body: NewAnswer
    ) -> AnsweredAnswer:
        """Answer an idea from its window on, for good; the same again changes nothing."""
        by = Answering(who.subject, as_expert="manager" not in caller.roles)
        review = await self.commands.answer(
            who.brand_id, contest_id, idea_id, body.outcome, body.reason, by
        )
        return AnsweredAnswer.model_validate(review)

    async def ask_expert(
        self, contest_id: str, idea_id: str, manager: Manager, body: NewExpert
    ) -> AskedAnswer:
        """Give a review to somebody from outside, who reads the idea and answers it."""
        expert = body.value(utc_now())
        review = await self.commands.ask(manager.brand_id, contest_id, idea_id, expert)
        return AskedAnswer.model_validate(review.expert)

    async def ask_nobody(self, contest_id: str, idea_id: str, manager: Manager) -> None:
        """Take a review away from its expert; a manager may answer it, as ever."""
        await self.commands.ask_nobody(manager.brand_id, contest_id, idea_id)

    async def list_given(self, expert: OfExpert, page: AskedPage) -> GivenPage:
        """What the brand gave you to answer, and what you have answered."""
        found = await self.queries.given_to(
            expert.brand_id, expert.subject, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        return GivenPage(items=[GivenAnswer.of(given) for given in shown], next=cursor)
