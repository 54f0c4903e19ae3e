"""HTTP of contests: draft, edit, lead through the phases, read."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_ideas.contests.commands import ContestCommands
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.schemas import (
    ContestAnswer,
    ContestPage,
    DraftChanges,
    NewContest,
    PhaseChange,
)
from groundswell_kit.access import AnyReader, Manager
from groundswell_kit.etags import etag
from groundswell_kit.http import IdempotencyKey, IfMatch, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage


@dataclass(frozen=True, slots=True)
class ContestRoutes:
    """Mounted by `app`."""

    commands: ContestCommands
    queries: ContestQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of contests."""
        router = APIRouter(prefix="/v1/contests", tags=["contests"])
        router.post("", status_code=201, response_model=ContestAnswer)(self.draft_contest)
        router.get("")(self.list_contests)
        router.get("/{contest_id}")(self.get_contest)
        router.patch("/{contest_id}")(self.edit_contest)
        router.post("/{contest_id}/phase")(self.enter_phase)
        return router

    async def draft_contest(
        self,
        manager: Manager,
        body: NewContest,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Draft a contest; only the brand's staff see it until it opens."""

        async def act() -> ContestAnswer:
            contest = await self.commands.draft(manager.brand_id, body.terms())
            return ContestAnswer.of(contest)

        stored = await self.idempotency.run(
            key, manager.key_scope, fingerprint, 201, act, _headers_of_new
        )
        return to_http(stored)

    async def list_contests(self, reader: AnyReader, page: AskedPage) -> ContestPage:
        """All contests that have opened, newest first; for staff their brand's, drafts too."""
        found = await self.queries.page(reader.staff_of, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return ContestPage(items=[ContestAnswer.of(contest) for contest in shown], next=cursor)

    async def get_contest(
        self, contest_id: str, reader: AnyReader, response: Response
    ) -> ContestAnswer:
        """A contest with its rules, timetable and phases; a draft for staff of its brand alone."""
        contest = await self.queries.read(contest_id, reader.staff_of)
        response.headers["ETag"] = etag(contest.version)
        return ContestAnswer.of(contest)

    async def edit_contest(
        self,
        contest_id: str,
        manager: Manager,
        body: DraftChanges,
        response: Response,
        if_match: IfMatch = None,
    ) -> ContestAnswer:
        """Change a draft; the terms of a contest that has opened are frozen."""
        contest = await self.commands.edit(manager.brand_id, contest_id, if_match, body.applied_to)
        response.headers["ETag"] = etag(contest.version)
        return ContestAnswer.of(contest)

    async def enter_phase(
        self,
        contest_id: str,
        manager: Manager,
        body: PhaseChange,
        response: Response,
        if_match: IfMatch = None,
    ) -> ContestAnswer:
        """Lead a contest into its next phase; a refusal names all that is missing for it."""
        contest = await self.commands.enter_phase(manager.brand_id, contest_id, if_match, body.to)
        response.headers["ETag"] = etag(contest.version)
        return ContestAnswer.of(contest)


def _headers_of_new(contest: ContestAnswer) -> dict[str, str]:
    return {"Location": f"/v1/contests/{contest.id}", "ETag": etag(contest.version)}
