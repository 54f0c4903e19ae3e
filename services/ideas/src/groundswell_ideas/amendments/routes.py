"""HTTP of amendments: make one, and read them all."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_ideas.amendments.commands import AmendmentCommands
from groundswell_ideas.amendments.queries import AmendmentQueries
from groundswell_ideas.amendments.rules import Amendment
from groundswell_ideas.amendments.schemas import AmendmentAnswer, AmendmentPage, NewAmendment, Why
from groundswell_kit.access import AnyReader, Manager, Staff
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage


@dataclass(frozen=True, slots=True)
class AmendmentRoutes:
    """Mounted by `app`."""

    commands: AmendmentCommands
    queries: AmendmentQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of amendments."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["amendments"])
        router.get("/amendments")(self.list_amendments)
        for path, act in (
            ("/amendments", self.amend_contest),
            ("/pause", self.pause_contest),
            ("/resume", self.resume_contest),
            ("/pilot/widen", self.widen_pilot),
        ):
            router.post(path, status_code=201, response_model=AmendmentAnswer)(act)
        return router

    async def amend_contest(
        self,
        contest_id: str,
        manager: Manager,
        body: NewAmendment,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Change an open poll or open another one while people vote; voting follows in a moment.

        Or name another curator before the shortlist is handed in. What a poll counts by stays as
        it opened: there is no way to amend it.
        """
        return await self._once(
            manager, fingerprint, key, lambda: self._amend(manager.brand_id, contest_id, body)
        )

    async def pause_contest(
        self,
        contest_id: str,
        manager: Manager,
        body: Why,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Make a contest stand still: no ideas, no votes, no steps of its calendar.

        Polls close at their time all the same, unless they are amended.
        """
        return await self._once(
            manager,
            fingerprint,
            key,
            lambda: self.commands.pause(manager.brand_id, contest_id, body.reason),
        )

    async def resume_contest(
        self,
        contest_id: str,
        manager: Manager,
        body: Why,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Let a contest go on, and the polls that were paused with it."""
        return await self._once(
            manager,
            fingerprint,
            key,
            lambda: self.commands.resume(manager.brand_id, contest_id, body.reason),
        )

    async def widen_pilot(
        self,
        contest_id: str,
        manager: Manager,
        body: Why,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Lift the cap on a contest's pilot, its people and its days, for good."""
        return await self._once(
            manager,
            fingerprint,
            key,
            lambda: self.commands.widen(manager.brand_id, contest_id, body.reason),
        )

    async def list_amendments(
        self, contest_id: str, reader: AnyReader, page: AskedPage
    ) -> AmendmentPage:
        """What was changed in a contest since it opened, and why; the newest last."""
        found = await self.queries.page(contest_id, reader.staff_of, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return AmendmentPage(items=[AmendmentAnswer.of(item) for item in shown], next=cursor)

    async def _once(
        self,
        manager: Staff,
        fingerprint: str,
        key: str | None,
        amend: Callable[[], Awaitable[Amendment]],
    ) -> Response:
        async def act() -> AmendmentAnswer:
            return AmendmentAnswer.of(await amend())

        stored = await self.idempotency.run(key, manager.key_scope, fingerprint, 201, act)
        return to_http(stored)

    async def _amend(self, brand_id: str, contest_id: str, body: NewAmendment) -> Amendment:
        if body.poll_changed is not None:
            change = body.poll_changed.value()
            return await self.commands.change_poll(brand_id, contest_id, body.reason, change)
        if body.poll_opened is not None:
            poll = body.poll_opened.poll()
            return await self.commands.open_poll(brand_id, contest_id, body.reason, poll)
        if body.curator_changed is None:
            raise ValueError("an amendment of nothing, which no accepted body is")
        curator = body.curator_changed.value()
        return await self.commands.change_curator(brand_id, contest_id, body.reason, curator)
