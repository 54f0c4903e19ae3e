"""HTTP of contests: draft, clone, edit, lead through the phases, read."""

from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from groundswell_ideas.caching import IfNoneMatch, Keeper, cacheable, keeper_of
from groundswell_ideas.contests.commands import ContestCommands
from groundswell_ideas.contests.previews import previewed
from groundswell_ideas.contests.promise_schemas import AnswersInTime, EntryFormAnswer
from groundswell_ideas.contests.queries import ContestQueries, PromiseQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.schemas import (
    ContestAnswer,
    ContestPage,
    DraftChanges,
    NewContest,
    PhaseChange,
)
from groundswell_ideas.languages.wanted import WantedLocales
from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.templates.rules import Template
from groundswell_ideas.terms.schemas import changed, terms_of
from groundswell_kit.access import AnyReader, Manager, Reader
from groundswell_kit.clock import utc_now
from groundswell_kit.etags import etag
from groundswell_kit.http import IdempotencyKey, IfMatch, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage
from groundswell_kit.problems import FieldError, validation

Preview = Annotated[str | None, Query(max_length=300, description="The token of a preview link.")]


@dataclass(frozen=True, slots=True)
class ContestRoutes:
    """Mounted by `app`. Previews are signed with `preview_secret`."""

    commands: ContestCommands
    queries: ContestQueries
    promises: PromiseQueries
    idempotency: Idempotency
    templates: Templates
    preview_secret: bytes

    def router(self) -> APIRouter:
        """All routes of contests."""
        router = APIRouter(prefix="/v1/contests", tags=["contests"])
        router.post("", status_code=201, response_model=ContestAnswer)(self.draft_contest)
        router.get("")(self.list_contests)
        router.get("/{contest_id}", response_model=ContestAnswer)(self.get_contest)
        router.patch("/{contest_id}")(self.edit_contest)
        router.post("/{contest_id}/phase")(self.enter_phase)
        router.post("/{contest_id}/clone", status_code=201, response_model=ContestAnswer)(
            self.clone_contest
        )
        router.get("/{contest_id}/entry-form", response_model=EntryFormAnswer)(self.get_entry_form)
        return router

    async def draft_contest(
        self,
        manager: Manager,
        body: NewContest,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Draft a contest from a template; only the brand's staff see it until it opens."""

        async def act() -> ContestAnswer:
            template = self._template(body.template)
            terms = terms_of(changed(template.terms, body.patch()))
            begun = terms_of({"vote": terms.vote, **template.terms, "title": terms.title})
            contest = await self.commands.draft(manager.brand_id, template.programme, begun, terms)
            return ContestAnswer.of(contest, staff_of=manager.brand_id)

        stored = await self.idempotency.run(
            key, manager.key_scope, fingerprint, 201, act, _headers_of_new
        )
        return to_http(stored)

    async def clone_contest(
        self,
        contest_id: str,
        manager: Manager,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Draft a contest with the terms and the template of another one of the brand."""

        async def act() -> ContestAnswer:
            contest = await self.commands.clone(manager.brand_id, contest_id)
            return ContestAnswer.of(contest, staff_of=manager.brand_id)

        stored = await self.idempotency.run(
            key, manager.key_scope, fingerprint, 201, act, _headers_of_new
        )
        return to_http(stored)

    async def list_contests(
        self, reader: AnyReader, page: AskedPage, wanted: WantedLocales
    ) -> ContestPage:
        """All contests that have opened, newest first; for staff their brand's, drafts too."""
        found = await self.queries.page(reader.staff_of, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        items = [ContestAnswer.of(item, wanted, staff_of=reader.staff_of) for item in shown]
        return ContestPage(items=items, next=cursor)

    async def get_contest(
        self,
        contest_id: str,
        reader: AnyReader,
        wanted: WantedLocales,
        response: Response,
        preview: Preview = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """A contest with its rules, timetable and phases.

        A draft is for staff of its brand, and for whoever has a preview link.
        """
        contest = await self._read(contest_id, reader, preview)
        counts = await self.promises.answered_in_time(contest)
        in_time = AnswersInTime.of(counts)
        answer = ContestAnswer.of(contest, wanted, in_time, staff_of=reader.staff_of)
        response.headers["Content-Language"] = answer.locale
        keeper = _keeper(contest, reader)
        return cacheable(answer, if_none_match, keeper, response.headers, version=contest.version)

    async def get_entry_form(
        self,
        contest_id: str,
        reader: AnyReader,
        wanted: WantedLocales,
        response: Response,
        preview: Preview = None,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """What the contest asks for with an idea, and its limits, before anybody fills it in."""
        contest = await self._read(contest_id, reader, preview)
        answer = EntryFormAnswer.of(contest, wanted, utc_now())
        response.headers["Content-Language"] = answer.locale
        return cacheable(answer, if_none_match, _keeper(contest, reader), response.headers)

    async def edit_contest(
        self,
        contest_id: str,
        manager: Manager,
        body: DraftChanges,
        response: Response,
        if_match: IfMatch = None,
    ) -> ContestAnswer:
        """Change a draft within its template; the terms of a contest that has opened are frozen."""
        contest = await self.commands.edit(
            manager.brand_id,
            contest_id,
            if_match,
            lambda terms: terms_of(changed(asdict(terms), body.patch())),
        )
        response.headers["ETag"] = etag(contest.version)
        return ContestAnswer.of(contest, staff_of=manager.brand_id)

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
        return ContestAnswer.of(contest, staff_of=manager.brand_id)

    async def _read(self, contest_id: str, reader: Reader, preview: str | None) -> Contest:
        opened = None if preview is None else previewed(preview, self.preview_secret, utc_now())
        return await self.queries.read(contest_id, reader.staff_of, opened)

    def _template(self, name: str) -> Template:
        if name not in self.templates:
            raise validation(FieldError("body.template", "unknown", "there is no such template"))
        return self.templates[name]


def _keeper(contest: Contest, reader: Reader) -> Keeper:
    """Who may keep what is shown of a contest; a draft is for who has the link to it."""
    return "caller" if contest.phase == "draft" else keeper_of(reader.subject)


def _headers_of_new(contest: ContestAnswer) -> dict[str, str]:
    return {"Location": f"/v1/contests/{contest.id}", "ETag": etag(contest.version)}
