"""HTTP of the public decision."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_ideas.caching import IfNoneMatch, cacheable
from groundswell_ideas.decisions.queries import DecisionQueries
from groundswell_ideas.decisions.schemas import Decision


@dataclass(frozen=True, slots=True)
class DecisionRoutes:
    """Mounted by `app`."""

    queries: DecisionQueries

    def router(self) -> APIRouter:
        """The route of the decision."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["selection"])
        router.get("/decision", response_model=Decision)(self.get_decision)
        return router

    async def get_decision(self, contest_id: str, if_none_match: IfNoneMatch = None) -> Response:
        """How a contest was decided, as far as it is: rules, tallies, scores, reasons, winners."""
        return cacheable(await self.queries.decision(contest_id), if_none_match, "everybody")
