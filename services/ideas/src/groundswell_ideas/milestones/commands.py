"""What a brand tells of the work with its winners."""

from dataclasses import dataclass

from groundswell_contracts.commitments import MilestoneReached
from groundswell_ideas.contests.rules import Milestone
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.milestones.rules import obstacles_to_reaching, with_milestone
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class MilestoneCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestStore

    async def reach(
        self, brand_id: str, contest_id: str, title: str, words: str, idea_id: str | None
    ) -> Milestone:
        """Tells everybody that a step of the work is done, with one winner or with all."""
        milestone_id = new_id("mil")

        async def work() -> Milestone:
            contest = await self.contests.get(brand_id, contest_id)
            refuse_for(obstacles_to_reaching(contest, idea_id))
            reached = Milestone(
                id=milestone_id,
                title=title,
                words=words,
                reached_at=utc_now(),
                idea_id=idea_id,
            )
            told = MilestoneReached(
                contest_id=contest_id,
                milestone_id=reached.id,
                title=title,
                words=words,
                idea_id=idea_id,
            )
            await self.contests.save(brand_id, with_milestone(contest, reached), [told])
            return reached

        return await transaction(self.contests.client, work)
