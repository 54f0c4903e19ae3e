"""HTTP of certified tallies."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_contracts.tallies import TallyCertified
from groundswell_kit.problems import not_found
from groundswell_voting.certification.queries import TallyQueries


@dataclass(frozen=True, slots=True)
class TallyRoutes:
    """Mounted by `app`."""

    queries: TallyQueries

    def router(self) -> APIRouter:
        """All routes of tallies."""
        router = APIRouter(prefix="/v1/polls/{poll_id}/tally", tags=["tallies"])
        router.get("")(self.read_tally)
        return router

    async def read_tally(self, poll_id: str) -> TallyCertified:
        """The certified tally: rules, counts by verdict, log ranges and hash. For everybody."""
        tally = await self.queries.find(poll_id)
        if tally is None:
            raise not_found("The poll has no certified tally (yet).")
        return tally
