"""What can be read of contests, and by whom."""

from dataclasses import dataclass

from groundswell_ideas.calendar.rules import Timer, answer_due_at
from groundswell_ideas.calendar.store import TimerStore
from groundswell_ideas.contests.answers import AnswerCounts
from groundswell_ideas.contests.phases import decided_at
from groundswell_ideas.contests.readiness import Readiness, readiness
from groundswell_ideas.contests.rules import Contest, may_see
from groundswell_ideas.contests.store import ContestStore
from groundswell_kit.clock import utc_now
from groundswell_kit.problems import not_found


@dataclass(frozen=True, slots=True)
class ContestQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    contests: ContestStore

    async def read(
        self, contest_id: str, staff_of: str | None, previewed: str | None = None
    ) -> Contest:
        """A contest that the reader may see. Raises the not-found problem for any other.

        `previewed` is the contest that the reader has a preview of, be it a draft or not.
        """
        contest = await self.contests.find_public(contest_id)
        if contest is None or not (may_see(contest, staff_of) or contest.id == previewed):
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


@dataclass(frozen=True, slots=True)
class PromiseQueries:
    """What a brand has promised: before the opening what is missing, then what it has kept."""

    contests: ContestStore
    timers: TimerStore
    answers: AnswerCounts

    async def readiness(self, brand_id: str, contest_id: str) -> Readiness:
        """The sheet of a contest of the brand."""
        return readiness(await self.contests.get(brand_id, contest_id), utc_now())

    async def calendar(self, brand_id: str, contest_id: str) -> list[Timer]:
        """What a contest of the brand does by itself, and what stood in its way."""
        contest = await self.contests.get(brand_id, contest_id)
        return await self.timers.all(brand_id, contest.id)

    async def answered_in_time(self, contest: Contest) -> tuple[int, int] | None:
        """The ideas to be answered, and those that were, in time; None without a promised day.

        A decision answers all ideas at once.
        """
        if contest.terms.answer_by is None:
            return None
        due, decided = answer_due_at(contest.terms), decided_at(contest)
        to_answer, answered = await self.answers.answers(
            contest.brand_id,
            contest.id,
            due,
            ends_with_publication=contest.programme.ends_with_publication,
        )
        in_time = to_answer if decided is not None and decided <= due else answered
        return to_answer, in_time
