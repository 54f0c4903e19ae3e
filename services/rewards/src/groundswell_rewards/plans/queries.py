"""What can be read of plans."""

from dataclasses import dataclass

from groundswell_kit.problems import not_found
from groundswell_rewards.plans.rules import Plan
from groundswell_rewards.plans.store import PlanStore


@dataclass(frozen=True, slots=True)
class PlanQueries:
    """Reads only."""

    plans: PlanStore

    async def read(self, brand_id: str, contest_id: str) -> Plan:
        """The plan of a contest of the brand. Raises the not-found problem for any other."""
        plan = await self.plans.find(brand_id, contest_id)
        if plan is None:
            raise not_found("There is no such contest.")
        return plan
