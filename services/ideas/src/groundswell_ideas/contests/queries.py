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

    async def page(self, staff_of: str | None, before: str | None, limit: int) -> list[Contest]:
        """Contests from those behind the contest `before` in the same list.

        Staff list those of their brand, drafts too, the last one made first; everybody else those
        of all brands that have opened, the last one opened first.
        """
        if staff_of is not None:
            return await self.contests.page(staff_of, before, limit)
        behind = None if before is None else await self.read(before, staff_of)
        return await self.contests.page_public(behind, limit)
