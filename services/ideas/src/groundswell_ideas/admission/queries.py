"""What can be read of guest lists."""

from dataclasses import dataclass

from groundswell_ideas.admission.rules import Guest
from groundswell_ideas.admission.store import AdmissionStore
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore


@dataclass(frozen=True, slots=True)
class AdmissionQueries:
    """Reads only; the list is for staff of the contest's brand."""

    contests: ContestStore
    admission: AdmissionStore

    async def guest(self, contest: Contest, participant_id: str) -> Guest | None:
        """Somebody's place on the guest list of a contest, for those who let people in."""
        return await self.admission.guest(contest.brand_id, contest.id, participant_id)

    async def page(
        self, brand_id: str, contest_id: str, after: str | None, limit: int
    ) -> list[Guest]:
        """The guests of a contest of the brand, from those after one."""
        contest = await self.contests.get(brand_id, contest_id)
        return await self.admission.page(brand_id, contest.id, after, limit)
