"""What can be read of contests, and by whom."""

from dataclasses import dataclass

from groundswell_ideas.contests.rules import Contest, may_see
from groundswell_ideas.contests.store import ContestStore
from groundswell_kit.problems import not_found


@dataclass(frozen=True, slots=True)
class ContestQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    contests: ContestStore

    async def read(self, contest_id: str, staff_of: str | None) -> Contest:
        """A contest that the reader may see. Raises the not-found problem for any other."""
        contest = await self.contests.find_public(contest_id)
        if contest is None or not may_see(contest, staff_of):
            raise not_found("There is no such contest.")
        return contest

    async def page(self, brand_id: str, before: str | None, limit: int) -> list[Contest]:
        """Contests of a brand, newest first, from those made before the contest `before`."""
        return await self.contests.page(brand_id, before, limit)
