"""HTTP of standings."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_voting.standings.queries import StandingsQueries
from groundswell_voting.standings.schemas import Standings


@dataclass(frozen=True, slots=True)
class StandingsRoutes:
    """Mounted by `app`."""

    queries: StandingsQueries

    def router(self) -> APIRouter:
        """All routes of standings."""
        router = APIRouter(prefix="/v1/polls/{poll_id}/standings", tags=["standings"])
        router.get("")(self.read_standings)
        return router

    async def read_standings(self, poll_id: str) -> Standings:
        """How the poll stands: live until it is certified. For everybody."""
        return await self.queries.read(poll_id)
