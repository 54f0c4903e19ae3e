"""Pages of contests: the list, a contest, its standings, its gallery; and following it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from groundswell_kit.problems import Problem
from groundswell_kit.streams import EventStreams
from groundswell_web.account.schemas import LANGUAGES
from groundswell_web.contests.commands import ContestCommands
from groundswell_web.contests.languages import Languages
from groundswell_web.contests.queries import ContestQueries
from groundswell_web.contests.rules import PHASES, is_under_way
from groundswell_web.contests.standings import StandingsPieces, Watching
from groundswell_web.contests.viewing import OwnSeed, Shown
from groundswell_web.pages import Pages
from groundswell_web.sessions.visitors import AnyVisitor, Id, OwnSite, SignedForm
from groundswell_web.submissions.rules import Wanted
from groundswell_web.voting.links import back_to
from groundswell_web.voting.queries import STANDINGS_SHOWN
from groundswell_web.voting.rules import link_named

Cursor = Annotated[str | None, Query(max_length=500)]
Start = Annotated[int, Query(alias="from", ge=0, le=100_000)]
WantedPoll = Annotated[str | None, Query(alias="poll", max_length=100)]
Via = Annotated[str, Depends(link_named)]

GALLERY_PAGE = 24


@dataclass(frozen=True, slots=True)
class ContestRoutes:
    """Mounted by `app`."""

    queries: ContestQueries
    commands: ContestCommands
    pages: Pages
    pieces: StandingsPieces
    streams: EventStreams

    def router(self) -> APIRouter:
        """All routes of contests."""
        router = APIRouter()
        router.get("/")(self.show_contests)
        router.get("/contests/{contest_id}")(self.show_contest)
        router.get("/contests/{contest_id}/ideas")(self.show_gallery)
        router.get("/contests/{contest_id}/standings")(self.show_standings)
        router.get("/contests/{contest_id}/standings/stream")(self.stream_standings)
        router.post("/contests/{contest_id}/follow", dependencies=[OwnSite])(self.follow)
        return router

    async def show_contests(
        self, request: Request, _: AnyVisitor, languages: Languages, cursor: Cursor = None
    ) -> Response:
        """The contests, those under way first."""
        page = await self.queries.contests(cursor, languages)
        return self.pages.show(
            "contests.html",
            request,
            under_way=[contest for contest in page.items if is_under_way(contest.phase)],
            over=[contest for contest in page.items if not is_under_way(contest.phase)],
            next=page.next,
            phases=PHASES,
        )

    async def show_contest(
        self,
        request: Request,
        contest_id: Id,
        visitor: AnyVisitor,
        languages: Languages,
        seed: OwnSeed,
        via: Via,
        wanted_poll: WantedPoll = None,
        start: Start = 0,
    ) -> Response:
        """A contest: what it is, its ideas, its vote. One of several polls is shown at a time."""
        view = await self.queries.view(
            contest_id, visitor.person, wanted_poll, start, Wanted(seed=seed.number), languages
        )
        named = {"via": via} if via else {}
        page = self.pages.show(
            "contest.html",
            request,
            contest=view.contest,
            poll=view.poll,
            several=len(view.contest.polls) > 1,
            ideas=view.ideas,
            media=view.media,
            more=None if view.more is None else {**view.more, **named},
            via=via,
            vote=view.vote,
            follows=view.follows,
            steps=view.steps,
            amendments=view.amendments,
            phases=PHASES,
            languages=LANGUAGES,
            shown=STANDINGS_SHOWN,
        )
        return seed.kept_by(page)

    async def show_gallery(
        self,
        request: Request,
        contest_id: Id,
        _: AnyVisitor,
        languages: Languages,
        shown: Shown,
        via: Via,
        cursor: Cursor = None,
    ) -> Response:
        """The ideas of a contest, in the order and under the filters that were asked for."""
        contest, form, page = await self.queries.gallery(
            contest_id, shown.wanted, cursor, GALLERY_PAGE, languages
        )
        answer = self.pages.show(
            "gallery.html",
            request,
            contest=contest,
            media=form.pictured,
            ideas=page.items,
            wanted=shown.wanted,
            first=cursor is None,
            more=None if page.next is None else shown.wanted.address(cursor=page.next),
            via=via,
        )
        return shown.seed.kept_by(answer)

    async def show_standings(self, contest_id: Id, wanted_poll: WantedPoll = None) -> Response:
        """The standings alone, for the page that refreshes them."""
        poll_id = await self.queries.poll_of(contest_id, wanted_poll)
        piece = None
        if poll_id is not None:
            piece = await self.pieces.piece(contest_id, poll_id, wanted_poll)
        if piece is None:
            return Response(status_code=503, headers={"Retry-After": "5"})
        # The same for everybody: what stands in front of the site may answer for a second.
        headers = {"Cache-Control": "public, max-age=1", "Vary": "Accept-Encoding"}
        return HTMLResponse(piece.html, headers=headers)

    async def stream_standings(self, contest_id: Id, wanted_poll: WantedPoll = None) -> Response:
        """The standings as they move, for the page that stays open; 503 when too many do."""
        poll_id = await self.queries.poll_of(contest_id, wanted_poll)
        if poll_id is None:
            return Response(status_code=503, headers={"Retry-After": "5"})
        try:
            return self.streams.respond(
                Watching(self.pieces, contest_id, poll_id, wanted_poll).next
            )
        except Problem as problem:
            return Response(status_code=problem.kind.status, headers=problem.headers)

    async def follow(self, contest_id: Id, form: SignedForm, via: Via) -> Response:
        """Follows the contest, or follows it no longer."""
        await self.commands.follow(form.person, contest_id, wanted=form.get("wanted") == "yes")
        return back_to(f"/contests/{contest_id}", via, "follow")
