"""HTTP of the books: what was booked for a contest."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_kit.paging import AskedPage
from groundswell_rewards.access import Finance
from groundswell_rewards.ledger.queries import LedgerQueries
from groundswell_rewards.ledger.schemas import EntryAnswer, EntryPage


@dataclass(frozen=True, slots=True)
class LedgerRoutes:
    """Mounted by `app`."""

    queries: LedgerQueries

    def router(self) -> APIRouter:
        """All routes of the ledger."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["ledger"])
        router.get("/ledger-entries")(self.list_entries)
        return router

    async def list_entries(self, contest_id: str, staff: Finance, page: AskedPage) -> EntryPage:
        """The entries of a contest in the brand's books, as they were booked."""
        found = await self.queries.page(staff.brand_id, contest_id, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return EntryPage(items=[EntryAnswer.model_validate(entry) for entry in shown], next=cursor)
