"""Pages of contests: the list, a contest, its standings, its decision, an idea, a new idea."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from groundswell_kit.ids import new_id
from groundswell_kit.problems import Problem
from groundswell_kit.streams import EventStreams
from groundswell_web.contests.commands import ContestCommands
from groundswell_web.contests.queries import ContestQueries
from groundswell_web.contests.rules import PHASES, flaws, is_under_way
from groundswell_web.contests.standings import StandingsPieces, Watching
from groundswell_web.forms import Fields, form_key
from groundswell_web.pages import Pages
from groundswell_web.services import Away, Refused
from groundswell_web.sessions.rules import is_form_token
from groundswell_web.sessions.visitors import AnyVisitor, Id, OwnSite, SignedForm, SignedIn
from groundswell_web.troubles import Stop, Trouble
from groundswell_web.voting.queries import STANDINGS_SHOWN

Cursor = Annotated[str | None, Query(max_length=500)]
Start = Annotated[int, Query(alias="from", ge=0, le=100_000)]
WantedPoll = Annotated[str | None, Query(alias="poll", max_length=100)]

SEND_ONCE_MORE = (
    "You have signed in or out since you opened this form. Your text is still here: send it once "
    "more."
)
NOT_SIGNED_IN = (
    "You are not signed in any more. Your text is still here: sign in in another tab, then send "
    "it once more."
)
AWAY = "We could not take your idea right now. Your text is still here: send it again in a minute."
MAY_HAVE_ARRIVED = (
    "We do not know whether your idea arrived. Your text is still here: send it again as it is, "
    "and it will be taken once, whatever happened."
)
ARRIVED_BEFORE = (
    "An earlier version of this idea has arrived already; your inbox has a link to it. If you send "
    "this one too, it will be a second idea."
)
TOO_LATE = (
    "This contest does not take ideas any more. Your text is still here, should you want to keep "
    "it."
)
NOT_TAKEN = "The idea was not taken as it is."


@dataclass(frozen=True, slots=True)
class ContestRoutes:
    """Mounted by `app`."""

    queries: ContestQueries
    commands: ContestCommands
    pages: Pages
    pieces: StandingsPieces
    streams: EventStreams

    def router(self) -> APIRouter:
        """All routes of contests and ideas."""
        router = APIRouter()
        router.get("/")(self.show_contests)
        router.get("/contests/{contest_id}")(self.show_contest)
        router.get("/contests/{contest_id}/standings")(self.show_standings)
        router.get("/contests/{contest_id}/standings/stream")(self.stream_standings)
        router.get("/contests/{contest_id}/decision")(self.show_decision)
        router.post("/contests/{contest_id}/follow", dependencies=[OwnSite])(self.follow)
        router.get("/contests/{contest_id}/ideas/new")(self.show_new_idea)
        router.post("/contests/{contest_id}/ideas", dependencies=[OwnSite])(self.submit_idea)
        router.get("/ideas/{idea_id}")(self.show_idea)
        return router

    async def show_contests(
        self, request: Request, _: AnyVisitor, cursor: Cursor = None
    ) -> Response:
        """The contests, those under way first."""
        page = await self.queries.contests(cursor)
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
        wanted_poll: WantedPoll = None,
        cursor: Cursor = None,
        start: Start = 0,
    ) -> Response:
        """A contest: what it is, its ideas, its vote. One of several polls is shown at a time."""
        view = await self.queries.view(contest_id, visitor.person, wanted_poll, cursor, start)
        return self.pages.show(
            "contest.html",
            request,
            contest=view.contest,
            poll=view.poll,
            several=len(view.contest.polls) > 1,
            ideas=view.ideas,
            more=view.more,
            vote=view.vote,
            follows=view.follows,
            steps=view.steps,
            phases=PHASES,
            shown=STANDINGS_SHOWN,
        )

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

    async def show_decision(self, request: Request, contest_id: Id, _: AnyVisitor) -> Response:
        """How the contest was decided."""
        decision = await self.queries.decision(contest_id)
        return self.pages.show("decision.html", request, decision=decision, phases=PHASES)

    async def follow(self, contest_id: Id, form: SignedForm) -> Response:
        """Follows the contest, or follows it no longer."""
        await self.commands.follow(form.person, contest_id, wanted=form.get("wanted") == "yes")
        return RedirectResponse(f"/contests/{contest_id}#follow", 303)

    async def show_new_idea(self, request: Request, contest_id: Id, _: SignedIn) -> Response:
        """The form for an idea."""
        contest = await self.queries.contest(contest_id)
        if contest.phase != "submission":
            raise Stop(
                Trouble(
                    409,
                    "This contest does not take ideas now",
                    "Ideas are taken before the vote.",
                    back=f"/contests/{contest_id}",
                    back_text="Back to the contest",
                )
            )
        return await self._new_idea(request, contest_id, {"key": new_id("form")})

    async def submit_idea(
        self, request: Request, contest_id: Id, fields: Fields, visitor: AnyVisitor
    ) -> Response:
        """Hands in the idea. Whatever goes wrong, the text comes back with the form."""
        if visitor.person is None:
            return await self._new_idea(request, contest_id, fields, 403, NOT_SIGNED_IN)
        if not is_form_token(visitor.secret or "", fields.get("csrf", "")):
            return await self._new_idea(request, contest_id, fields, 403, SEND_ONCE_MORE)
        title, summary = fields.get("title", "").strip(), fields.get("summary", "").strip()
        if found := flaws(title, summary):
            return await self._new_idea(request, contest_id, fields, 422, flaws=found)
        key = form_key(fields)
        try:
            idea = await self.commands.submit(visitor.person, contest_id, title, summary, key)
        except Away as away:
            text = MAY_HAVE_ARRIVED if away.unknown else AWAY
            return await self._new_idea(request, contest_id, fields, 503, text)
        except Refused as refused:
            return await self._refused(request, contest_id, fields, refused)
        return RedirectResponse(f"/ideas/{idea.id}", 303)

    async def show_idea(self, request: Request, idea_id: Id, visitor: AnyVisitor) -> Response:
        """An idea; its author reads where it stands."""
        idea, contest = await self.queries.idea(idea_id, visitor.person)
        is_author = visitor.person is not None and visitor.person.id == idea.participant_id
        vote = None
        if idea.status == "approved":
            vote = await self.queries.vote_of(contest, visitor.person)
        return self.pages.show(
            "idea.html", request, idea=idea, contest=contest, vote=vote, is_author=is_author
        )

    async def _refused(
        self, request: Request, contest_id: str, fields: Fields, refused: Refused
    ) -> Response:
        if refused.kind == "idempotency-key-reused":
            anew = {**fields, "key": new_id("form")}
            return await self._new_idea(request, contest_id, anew, 409, ARRIVED_BEFORE)
        if refused.status == 409:
            return await self._new_idea(request, contest_id, fields, 409, TOO_LATE)
        if refused.status == 422:
            messages = {e.field.removeprefix("body."): e.message for e in refused.errors}
            return await self._new_idea(request, contest_id, fields, 422, NOT_TAKEN, flaws=messages)
        raise refused

    async def _new_idea(
        self,
        request: Request,
        contest_id: str,
        fields: Fields,
        status: int = 200,
        error: str | None = None,
        flaws: dict[str, str] | None = None,
    ) -> Response:
        try:
            contest = await self.queries.contest(contest_id)
        except Away:
            if status == 200:
                raise
            contest = None  # The text is shown again all the same.
        return self.pages.show(
            "new-idea.html",
            request,
            status=status,
            headers={"Retry-After": "5"} if status == 503 else None,
            contest=contest,
            contest_id=contest_id,
            title=fields.get("title", ""),
            summary=fields.get("summary", ""),
            key=form_key(fields),
            error=error,
            flaws=flaws or {},
        )
