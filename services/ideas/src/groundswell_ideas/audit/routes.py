"""HTTP of the trail: who did what to ideas and comments."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from groundswell_ideas.audit.queries import AuditQueries
from groundswell_ideas.audit.schemas import ActAnswer, ActPage
from groundswell_ideas.shapes import Id
from groundswell_kit.access import Staff, staff
from groundswell_kit.paging import AskedPage

TrailReader = Annotated[Staff, Depends(staff("auditor", "editor", "manager"))]
"""Whoever moderates, and whoever looks after them."""


@dataclass(frozen=True, slots=True)
class AuditRoutes:
    """Mounted by `app`."""

    queries: AuditQueries

    def router(self) -> APIRouter:
        """All routes of the trail."""
        router = APIRouter(prefix="/v1/moderation", tags=["moderation"])
        router.get("/acts")(self.list_acts)
        return router

    async def list_acts(
        self,
        reader: TrailReader,
        page: AskedPage,
        contest_id: Annotated[Id | None, Query()] = None,
        subject_id: Annotated[Id | None, Query()] = None,
    ) -> ActPage:
        """What was done to ideas and comments of the brand, by whom, when and why."""
        found = await self.queries.page(
            reader.brand_id, contest_id, subject_id, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        return ActPage(items=[ActAnswer.of(act) for act in shown], next=cursor)
