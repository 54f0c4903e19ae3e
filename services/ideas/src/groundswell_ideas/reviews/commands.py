"""What follows from ladders: ideas that reached the top are reviewed, all are answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from groundswell_contracts.ideas import IdeaAnswered
from groundswell_contracts.staff import ReviewAsked
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.reviews.rules import (
    Expert,
    Outcome,
    Review,
    Window,
    answered,
    given_to,
    is_given_to,
    is_last_step,
    is_repeat,
    obstacles_of_own,
    obstacles_to_answering,
    obstacles_to_asking,
    obstacles_to_choosing_expert,
    told,
    window_of,
    wins_by_review,
    with_accepted,
)
from groundswell_ideas.reviews.store import NOT_REVIEWED, ReviewStore
from groundswell_ideas.selection import events
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import not_found
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers: a manager, or `as_expert` somebody who may answer what they were given alone."""

    subject: str
    as_expert: bool = False


@dataclass(frozen=True, slots=True)
class ReviewCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestStore
    ideas: IdeaStore
    reviews: ReviewStore

    async def answer(
        self,
        brand_id: str,
        contest_id: str,
        idea_id: str,
        outcome: Outcome,
        reason: str,
        by: Answering,
    ) -> Review:
        """Answers an idea that reached the last step, with a public reason; the contest goes on.

        Where a contest comes to no deliberation, an accepted idea wins. Final; the same again
        changes nothing. To an expert who was not asked about it, it is not there.
        """

        async def work() -> Review:
            contest = await self.contests.get(brand_id, contest_id)
            review = await self.reviews.get(brand_id, contest_id, idea_id)
            if by.as_expert and not is_given_to(review, by.subject):
                raise not_found(NOT_REVIEWED)
            if is_repeat(review, outcome, reason):
                return review
            now, idea = utc_now(), await self.ideas.get(brand_id, idea_id)
            if by.as_expert and review.expert is not None:
                refuse_for(obstacles_of_own(idea, review.expert))  # as it may have become since
            refuse_for(obstacles_to_answering(contest, review, idea, outcome, now))
            event = _answer(idea, outcome, reason, window_of(contest, review))
            done = answered(review, outcome, reason, by.subject, now, as_expert=by.as_expert)
            await self.reviews.save(brand_id, done, [])
            await self.ideas.save(brand_id, told(idea, now), [event])
            if wins_by_review(contest, outcome):
                won = with_accepted(contest, idea_id, reason, now)
                selected = events.selected(idea, won.winners[-1])
                await self.contests.save(brand_id, won, [selected])
            return done

        return await transaction(self.contests.client, work)

    async def ask(self, brand_id: str, contest_id: str, idea_id: str, expert: Expert) -> Review:
        """Gives a review to an expert, instead of any who was asked before, and tells them.

        Who has it already is not told again.
        """

        async def work() -> Review:
            contest = await self.contests.get(brand_id, contest_id)
            review = await self.reviews.get(brand_id, contest_id, idea_id)
            idea = await self.ideas.get(brand_id, idea_id)
            refuse_for(obstacles_to_asking(contest, review, idea, expert))
            given = given_to(review, expert)
            known = is_given_to(review, expert.expert_id)
            events = [] if known else [_asked(contest, review, idea, expert, utc_now())]
            await self.reviews.save(brand_id, given, events)
            return given

        return await transaction(self.contests.client, work)

    async def ask_nobody(self, brand_id: str, contest_id: str, idea_id: str) -> None:
        """Takes a review away from its expert. A repeat changes nothing."""

        async def work() -> None:
            contest = await self.contests.get(brand_id, contest_id)
            review = await self.reviews.get(brand_id, contest_id, idea_id)
            refuse_for(obstacles_to_choosing_expert(contest, review))
            await self.reviews.save(brand_id, given_to(review, None), [])

        await transaction(self.contests.client, work)

    async def reached(
        self,
        brand_id: str,
        contest_id: str,
        poll_id: str,
        idea_id: str,
        *,
        step: int,
        votes: int,
        at: datetime,
    ) -> None:
        """Takes an idea in for review when it reached the last step of its ladder.

        Raises ValueError for a poll of another contest.
        """

        async def work() -> None:
            contest = await self.contests.get(brand_id, contest_id)
            if is_last_step(contest, poll_id, step):
                review = Review(
                    brand_id=brand_id,
                    contest_id=contest_id,
                    idea_id=idea_id,
                    poll_id=poll_id,
                    votes=votes,
                    qualified_at=at,
                )
                await self.reviews.add(brand_id, review)

        await transaction(self.contests.client, work)

    async def missed(self, brand_id: str, idea_id: str, reason: str) -> None:
        """Answers an idea that did not reach a step in time, unless it was answered before."""

        async def work() -> None:
            idea = await self.ideas.get(brand_id, idea_id)
            if idea.answered_at is not None:
                return
            event = _answer(idea, "missed", reason)
            await self.ideas.save(brand_id, told(idea, utc_now()), [event])

        await transaction(self.contests.client, work)


def _asked(
    contest: Contest, review: Review, idea: Idea, expert: Expert, now: datetime
) -> ReviewAsked:
    window = window_of(contest, review)
    # What was forgotten in its window is answered at any time after it.
    ahead = window if window is not None and window.closes_at > now else None
    return ReviewAsked(
        contest_id=contest.id,
        title=contest.terms.title,
        idea_id=idea.id,
        idea_title=idea.title,
        expert_id=expert.expert_id,
        opens_at=None if ahead is None else ahead.opens_at,
        closes_at=None if ahead is None else ahead.closes_at,
    )


def _answer(
    idea: Idea, outcome: Outcome | Literal["missed"], reason: str, window: Window | None = None
) -> IdeaAnswered:
    return IdeaAnswered(
        idea_id=idea.id,
        contest_id=idea.contest_id,
        participant_id=idea.participant_id,
        title=idea.title,
        outcome=outcome,
        reason=reason,
        window=None if window is None else window.name,
    )
