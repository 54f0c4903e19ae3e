"""HTTP of ladders."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_voting.ladders.queries import LadderQueries
from groundswell_voting.ladders.schemas import LadderView


@dataclass(frozen=True, slots=True)
class LadderRoutes:
    """Mounted by `app`."""

    queries: LadderQueries

    def router(self) -> APIRouter:
        """All routes of ladders."""
        router = APIRouter(prefix="/v1/polls/{poll_id}/ladder", tags=["ladders"])
        router.get("/{idea_id}")(self.read_ladder)
        return router

    async def read_ladder(self, poll_id: str, idea_id: str) -> LadderView:
        """How far an idea has come: steps reached, when the next one is due. For everybody."""
        return await self.queries.of_idea(poll_id, idea_id)
