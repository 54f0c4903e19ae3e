"""HTTP of set-asides and reinstatements."""

from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Response

from groundswell_kit.access import Manager, Staff
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage
from groundswell_voting.setasides.commands import SetAsideCommands
from groundswell_voting.setasides.queries import SetAsideQueries
from groundswell_voting.setasides.schemas import NewSetAside, SetAsidePage, SetAsideView


@dataclass(frozen=True, slots=True)
class SetAsideRoutes:
    """Mounted by `app`."""

    commands: SetAsideCommands
    queries: SetAsideQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of set-asides and reinstatements."""
        router = APIRouter(prefix="/v1/polls/{poll_id}", tags=["set-asides"])
        router.get("/set-asides")(self.list_set_asides)
        for path, ask in (("/set-asides", self.set_aside), ("/reinstatements", self.reinstate)):
            router.post(path, status_code=202, response_model=SetAsideView)(ask)
        return router

    async def set_aside(
        self,
        poll_id: str,
        manager: Manager,
        body: NewSetAside,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Set voters aside, also from what they vote later; until the tally is sealed."""
        return await self._ask("set_aside", poll_id, manager, body, fingerprint, key)

    async def reinstate(
        self,
        poll_id: str,
        manager: Manager,
        body: NewSetAside,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Let voters who were set aside count again; until the tally is sealed."""
        return await self._ask("reinstate", poll_id, manager, body, fingerprint, key)

    async def list_set_asides(self, poll_id: str, page: AskedPage) -> SetAsidePage:
        """All cases with their reasons and how many voters they concern. For everybody."""
        found = await self.queries.page(poll_id, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return SetAsidePage(items=list(shown), next=cursor)

    async def _ask(
        self,
        kind: Literal["set_aside", "reinstate"],
        poll_id: str,
        manager: Staff,
        body: NewSetAside,
        fingerprint: str,
        key: str | None,
    ) -> Response:
        async def act() -> SetAsideView:
            change = await self.commands.ask(manager.brand_id, poll_id, kind, body)
            return SetAsideView.of(change, voters=None)

        stored = await self.idempotency.run(key, manager.key_scope, fingerprint, 202, act)
        return to_http(stored)
