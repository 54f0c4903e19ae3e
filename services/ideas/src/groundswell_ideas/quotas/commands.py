"""Holding people to a quota. Called by the commands that people could overdo."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from groundswell_ideas.quotas.rules import Quota
from groundswell_ideas.quotas.store import QuotaStore
from groundswell_kit.problems import Problem, ProblemType

TOO_OFTEN = ProblemType(
    "too-often",
    429,
    "Too often",
    "The person has done this as often as one may for now. Retry-After tells when it goes on.",
)


@dataclass(frozen=True, slots=True)
class QuotaCommands:
    """Part of the caller's transaction: what was refused is not counted."""

    quotas: QuotaStore

    async def take(self, brand_id: str, quota: Quota, person_id: str, now: datetime) -> None:
        """Counts what somebody does. Raises a 429 problem when it was too often."""
        if await self.quotas.count(brand_id, quota, person_id, now) > quota.most:
            seconds = max(1, ceil((quota.ends(now) - now).total_seconds()))
            detail = f"At most {quota.most} in {quota.per}."
            raise Problem(TOO_OFTEN, detail, headers={"Retry-After": str(seconds)})
