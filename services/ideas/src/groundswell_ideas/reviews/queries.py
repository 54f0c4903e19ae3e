"""Which ideas each window collects, how it answered, and what an expert was given of them."""

from dataclasses import dataclass

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.reviews.rules import Given, Review, Window, windows
from groundswell_ideas.reviews.store import ReviewStore
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.problems import FieldError, validation


@dataclass(frozen=True, slots=True)
class ReviewQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    contests: ContestQueries
    ideas: IdeaStore
    reviews: ReviewStore

    async def page(
        self,
        contest_id: str,
        staff_of: str | None,
        window: str | None,
        after: str | None,
        limit: int,
    ) -> tuple[Contest, list[Review], dict[str, str]]:
        """Reviews of a contest, of the window of this name or all, with the titles of the ideas.

        They begin behind the one of the idea `after`.
        """
        contest = await self.contests.read(contest_id, staff_of)
        found = await self.reviews.page(
            contest.brand_id, contest_id, _named(contest, window), after, limit
        )
        ids = [review.idea_id for review in found]
        return contest, found, await self.ideas.titles(contest.brand_id, contest_id, ids)

    async def given_to(
        self, brand_id: str, expert_id: str, after: str | None, limit: int
    ) -> list[Given]:
        """What an expert was given by the brand, answered or not, behind that on idea `after`."""
        reviews = await self.reviews.given_to(brand_id, expert_id, after, limit)
        contests, ideas = dict[str, Contest](), dict[str, Idea]()
        for contest_id in {review.contest_id for review in reviews}:
            contests[contest_id] = await self.contests.read(contest_id, brand_id)
            in_contest = [r.idea_id for r in reviews if r.contest_id == contest_id]
            ideas |= await self.ideas.find(brand_id, contest_id, in_contest)
        return [Given(contests[r.contest_id], r, ideas[r.idea_id]) for r in reviews]

    async def counts(self, contest: Contest) -> list[tuple[Window, int, int]]:
        """The windows of a contest: how many ideas each collects, and how many it answered."""
        return [
            (window, *await self.reviews.counts(contest.brand_id, contest.id, window))
            for window in windows(contest)
        ]


def _named(contest: Contest, name: str | None) -> Window | None:
    if name is None:
        return None
    found = next((window for window in windows(contest) if window.name == name), None)
    if found is None:
        raise validation(FieldError("query.window", "unknown", "there is no such window"))
    return found
