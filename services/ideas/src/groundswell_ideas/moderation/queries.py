"""The queue as an editor sees it: each case with its subject and all that speaks for a look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell_ideas.appeals.queries import AppealQueries
from groundswell_ideas.appeals.rules import Appeal
from groundswell_ideas.cases.rules import Case, Wanted, holder
from groundswell_ideas.cases.store import CaseStore
from groundswell_ideas.discussion.rules import Comment
from groundswell_ideas.discussion.store import CommentStore
from groundswell_ideas.reports.queries import ReportQueries
from groundswell_ideas.screening.queries import ScreeningQueries
from groundswell_ideas.screening.rules import Screening
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A case; of `idea` and `comment` the one that it is about. `claimed_by` is who has it now."""

    case: Case
    claimed_by: str | None
    idea: Idea | None
    comment: Comment | None
    screening: Screening | None
    reports: Mapping[str, int]
    appeal: Appeal | None

    @property
    def id(self) -> str:
        """Its place in the queue."""
        return self.case.id


@dataclass(frozen=True, slots=True)
class ModerationQueries:
    """Reads only, for staff of the brand."""

    cases: CaseStore
    ideas: IdeaStore
    comments: CommentStore
    screenings: ScreeningQueries
    reports: ReportQueries
    appeals: AppealQueries

    async def queue(
        self, brand_id: str, staff_id: str, wanted: Wanted, after: str | None, limit: int
    ) -> list[Waiting]:
        """What waits, the oldest first, from behind a case."""
        now = utc_now()
        cases = await self.cases.page(brand_id, wanted, staff_id, now, after, limit)
        ids = [case.subject.id for case in cases]
        ideas = await self._ideas(brand_id, cases)
        comments = await self.comments.find(brand_id, ids)
        screenings = await self.screenings.find(brand_id, ids)
        reports = await self.reports.tally(brand_id, ids)
        appeals = await self.appeals.find(brand_id, ids)
        return [
            Waiting(
                case=case,
                claimed_by=holder(case, now),
                idea=ideas.get(case.subject.id),
                comment=comments.get(case.subject.id),
                screening=screenings.get(case.subject.id),
                reports=reports.get(case.subject.id, {}),
                appeal=appeals.get(case.subject.id),
            )
            for case in cases
        ]

    async def _ideas(self, brand_id: str, cases: Sequence[Case]) -> dict[str, Idea]:
        by_contest: dict[str, list[str]] = {}
        for case in cases:
            if case.subject.kind == "idea":
                by_contest.setdefault(case.subject.contest_id, []).append(case.subject.id)
        found: dict[str, Idea] = {}
        for contest_id, idea_ids in by_contest.items():
            found |= await self.ideas.find(brand_id, contest_id, idea_ids)
        return found
