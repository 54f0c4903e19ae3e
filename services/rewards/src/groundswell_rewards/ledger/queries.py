"""What can be read of the books."""

from dataclasses import dataclass

from groundswell_rewards.ledger.rules import Entry
from groundswell_rewards.ledger.store import LedgerStore
from groundswell_rewards.plans.queries import PlanQueries


@dataclass(frozen=True, slots=True)
class LedgerQueries:
    """Reads only."""

    plans: PlanQueries
    ledger: LedgerStore

    async def page(
        self, brand_id: str, contest_id: str, behind: str | None, limit: int
    ) -> list[Entry]:
        """Entries of a contest as they were booked, from those behind the entry `behind`.

        Raises the not-found problem for a contest that is not the brand's.
        """
        await self.plans.read(brand_id, contest_id)
        return await self.ledger.page(brand_id, contest_id, behind, limit)
