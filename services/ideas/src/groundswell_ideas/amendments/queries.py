"""What can be read of amendments, and by whom."""

from dataclasses import dataclass

from groundswell_ideas.amendments.rules import Amendment
from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.contests.queries import ContestQueries


@dataclass(frozen=True, slots=True)
class AmendmentQueries:
    """Reads only."""

    contests: ContestQueries
    amendments: AmendmentStore

    async def page(
        self, contest_id: str, staff_of: str | None, after: str | None, limit: int
    ) -> list[Amendment]:
        """Amendments of a contest as they came, from those after the amendment `after`.

        Raises the not-found problem for a contest that the reader may not see.
        """
        contest = await self.contests.read(contest_id, staff_of)
        return await self.amendments.page(contest.brand_id, contest_id, after, limit)
