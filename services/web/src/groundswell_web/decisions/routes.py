"""The page that shows how a contest was decided."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from groundswell_web.answers import Service
from groundswell_web.contests.languages import Languages
from groundswell_web.contests.queries import ContestQueries
from groundswell_web.contests.rules import PHASES
from groundswell_web.decisions.schemas import AnsweredPage, Decision
from groundswell_web.pages import Pages
from groundswell_web.services import Services
from groundswell_web.sessions.visitors import AnyVisitor, Id

Cursor = Annotated[str | None, Query(max_length=500)]


@dataclass(frozen=True, slots=True)
class DecisionRoutes:
    """Mounted by `app`."""

    services: Services
    contests: ContestQueries
    pages: Pages

    def router(self) -> APIRouter:
        """The route of the decision."""
        router = APIRouter()
        router.get("/contests/{contest_id}/decision")(self.show_decision)
        return router

    async def show_decision(
        self,
        request: Request,
        contest_id: Id,
        _: AnyVisitor,
        languages: Languages,
        cursor: Cursor = None,
    ) -> Response:
        """How the contest was decided; `cursor` is that of the reviews."""
        path = f"/v1/contests/{contest_id}"
        query = {"limit": "50"} | ({} if cursor is None else {"cursor": cursor})
        decision, contest, reviews = await asyncio.gather(
            self.services.get(Service.IDEAS, f"{path}/decision", Decision, languages=languages),
            self.contests.contest(contest_id, languages),
            self.services.get(Service.IDEAS, f"{path}/reviews", AnsweredPage, query=query),
        )
        return self.pages.show(
            "decision.html",
            request,
            decision=decision,
            contest=contest,
            reviews=reviews,
            phases=PHASES,
        )
