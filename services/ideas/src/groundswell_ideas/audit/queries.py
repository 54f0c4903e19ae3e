"""What can be read of the trail."""

from dataclasses import dataclass

from groundswell_ideas.audit.rules import Act
from groundswell_ideas.audit.store import ActStore


@dataclass(frozen=True, slots=True)
class AuditQueries:
    """Reads only, for staff of the brand."""

    acts: ActStore

    async def page(
        self,
        brand_id: str,
        contest_id: str | None,
        subject_id: str | None,
        after: str | None,
        limit: int,
    ) -> list[Act]:
        """The brand's acts, or those in a contest or on a subject, the oldest first, after one."""
        return await self.acts.page(brand_id, contest_id, subject_id, after, limit)
