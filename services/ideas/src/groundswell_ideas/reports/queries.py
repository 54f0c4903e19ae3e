"""What staff can read of reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell_ideas.reports.rules import Report
from groundswell_ideas.reports.store import ReportStore


@dataclass(frozen=True, slots=True)
class ReportQueries:
    """Reads only, for staff of the brand."""

    reports: ReportStore

    async def tally(
        self, brand_id: str, subject_ids: Sequence[str]
    ) -> Mapping[str, Mapping[str, int]]:
        """How often each subject is reported for each reason, since an editor looked last."""
        return await self.reports.tally_open(brand_id, subject_ids)

    async def page(
        self, brand_id: str, subject_id: str | None, after: str | None, limit: int
    ) -> list[Report]:
        """What an editor has not looked at yet, of the brand or of a subject, the oldest first."""
        return await self.reports.page(brand_id, subject_id, after, limit)
