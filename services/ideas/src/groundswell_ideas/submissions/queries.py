"""What can be read of ideas, and by whom."""

from dataclasses import dataclass

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.submissions.rules import Idea, Status, may_see
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.problems import forbidden, not_found


@dataclass(frozen=True, slots=True)
class SubmissionQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    contests: ContestQueries
    ideas: IdeaStore

    async def read(self, idea_id: str, staff_of: str | None, subject: str | None) -> Idea:
        """An idea that the reader may see. Raises the not-found problem for any other."""
        idea = await self.ideas.find_public(idea_id)
        if idea is None or not may_see(idea, staff_of, subject):
            raise not_found("There is no such idea.")
        return idea

    async def page(
        self,
        contest_id: str,
        staff_of: str | None,
        status: Status | None,
        after: str | None,
        limit: int,
    ) -> list[Idea]:
        """Ideas of a contest as they came, from those after the idea `after`.

        Staff of the brand see all of them, or those of one status; others the approved ones.
        """
        contest = await self.contests.read(contest_id, staff_of)
        if contest.brand_id != staff_of:
            if status not in (None, "approved"):
                raise forbidden("Only the brand's staff list ideas that are not approved.")
            status = "approved"
        return await self.ideas.page(contest.brand_id, contest_id, status, after, limit)
