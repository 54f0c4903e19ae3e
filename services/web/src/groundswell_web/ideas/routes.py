"""The page of an idea, what people say there and do about it, and the ideas of one's own."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response
from fastapi.responses import RedirectResponse

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_web.answers import FieldError, Refused
from groundswell_web.contests.languages import Languages
from groundswell_web.countries import choices
from groundswell_web.forms import form_key
from groundswell_web.ideas.commands import IdeaCommands, Saying
from groundswell_web.ideas.queries import IdeaQueries, IdeaView, is_own
from groundswell_web.ideas.rules import KINDS, STATUSES, is_person, source, told
from groundswell_web.pages import Pages
from groundswell_web.sessions.rules import visitor_key
from groundswell_web.sessions.visitors import AnyVisitor, Form, Id, OwnSite, SignedForm, SignedIn
from groundswell_web.submissions.rules import DECLARED, declaration, place_in
from groundswell_web.troubles import Stop, Trouble
from groundswell_web.voting.links import back_to, link_of

Cursor = Annotated[str | None, Query(max_length=500)]
Typed = dict[str, str]

WITHDRAW_UNCONFIRMED = Trouble(
    422,
    "Tick the box to take it back",
    "Taking an idea back is final, so we ask you to tick the box first. Nothing was changed.",
)

SAID_BEFORE = (
    "Something else was sent from this form before, and has arrived. Send this too if you mean to"
)

DECLINE_UNCONFIRMED = Trouble(
    422,
    "Tick the box to decline",
    "Declining is final, so we ask you to tick the box first. Nothing was changed.",
)


@dataclass(frozen=True, slots=True)
class IdeaRoutes:
    """Mounted by `app`."""

    queries: IdeaQueries
    commands: IdeaCommands
    pages: Pages

    def router(self) -> APIRouter:
        """All routes of ideas that came in."""
        router = APIRouter()
        router.get("/my-ideas")(self.show_own)
        one = "/ideas/{idea_id}"
        router.get(one)(self.show_idea)
        for path, act in (
            ("comments", self.say),
            ("appeal", self.appeal),
            ("withdraw", self.withdraw),
            ("team", self.join),
            ("win", self.answer_win),
            ("share", self.share),
        ):
            router.post(f"{one}/{path}", dependencies=[OwnSite])(act)
            router.get(f"{one}/{path}")(self.show_again)
        router.post("/comments/{comment_id}/delete", dependencies=[OwnSite])(self.unsay)
        return router

    async def show_own(self, request: Request, person: SignedIn, cursor: Cursor = None) -> Response:
        """The visitor's own ideas, drafts too, and what became of them."""
        page = await self.queries.ideas.own(person, cursor)
        return self.pages.show(
            "my-ideas.html", request, page=page, statuses=STATUSES, person_id=person.id
        )

    async def show_idea(
        self,
        request: Request,
        idea_id: Id,
        visitor: AnyVisitor,
        languages: Languages,
        later: BackgroundTasks,
        cursor: Cursor = None,
        said: str = "",
        via: str = "",
    ) -> Response:
        """An idea; its author reads where it stands."""
        view = await self.queries.view(idea_id, visitor.person, cursor, languages)
        headers = request.headers
        if view.is_public and is_person(
            headers.get("user-agent", ""), headers.get("sec-purpose", "")
        ):
            known = None if visitor.secret is None else visitor_key(visitor.secret)
            came = source(via, headers.get("sec-fetch-site"))
            later.add_task(self.commands.visited, idea_id, came, known)
        return self._page(request, view, said=said)

    async def show_again(self, request: Request, idea_id: Id) -> Response:
        """Where somebody comes back to who was shown the idea in answer to a form."""
        return back_to(f"/ideas/{idea_id}", link_of(request))

    async def say(
        self, request: Request, idea_id: Id, form: SignedForm, languages: Languages
    ) -> Response:
        """Says something about the idea, asks, or replies; what is refused can be said again."""
        kind = form.get("kind") if form.get("kind") in KINDS else "comment"
        said = Saying(kind, form.get("text").strip(), form.get("parent_id") or None)
        try:
            comment = await self.commands.say(form.person, idea_id, said, form_key(form.fields))
        except Refused as refused:
            return await self._again(request, idea_id, form, refused, languages)
        if comment.status == "held":
            return back_to(f"/ideas/{idea_id}", link_of(request), "discussion", said="held")
        return back_to(f"/ideas/{idea_id}", link_of(request), comment.id)

    async def unsay(self, request: Request, comment_id: Id, form: SignedForm) -> Response:
        """Takes back what the visitor has said."""
        comment = await self.queries.comment(comment_id, form.person)
        await self.commands.unsay(form.person, comment_id)
        return back_to(f"/ideas/{comment.idea_id}", link_of(request), "discussion")

    async def appeal(
        self, request: Request, idea_id: Id, form: SignedForm, languages: Languages
    ) -> Response:
        """Asks for another look at the visitor's idea that was turned down."""
        try:
            await self.commands.appeal(form.person, idea_id, form.get("words").strip())
        except Refused as refused:
            return await self._again(request, idea_id, form, refused, languages)
        return RedirectResponse(f"/ideas/{idea_id}", 303)

    async def withdraw(self, idea_id: Id, form: SignedForm) -> Response:
        """Takes the visitor's idea back."""
        if form.get("confirmed") != "on":
            raise Stop(WITHDRAW_UNCONFIRMED)
        await self.commands.withdraw(form.person, idea_id)
        return RedirectResponse("/my-ideas", 303)

    async def answer_win(self, idea_id: Id, form: SignedForm) -> Response:
        """Takes the win of the visitor's idea, or declines it."""
        idea = await self.queries.ideas.read(idea_id, form.person)
        wins = form.person, idea.contest_id, idea_id
        if form.get("wanted") == "yes":
            charity = form.get("charity").strip()
            await self.commands.take_win(*wins, charity or None)
        elif form.get("declined") == "on":
            await self.commands.decline_win(*wins, form.get("reason").strip() or None)
        else:
            raise Stop(DECLINE_UNCONFIRMED)
        return RedirectResponse(f"/ideas/{idea_id}", 303)

    async def join(
        self, request: Request, idea_id: Id, form: SignedForm, languages: Languages
    ) -> Response:
        """Confirms a share in the idea, or leaves its team."""
        if form.get("wanted") != "yes":
            await self.commands.leave(form.person, idea_id)
            return RedirectResponse("/my-ideas", 303)
        said, flaws = declaration(form.fields)
        if not flaws:
            try:
                await self.commands.join(form.person, idea_id, said)
            except Refused as refused:
                flaws = _of_declaration(refused)
            else:
                return RedirectResponse(f"/ideas/{idea_id}", 303)
        view = await self.queries.view(idea_id, form.person, None, languages)
        return self._page(request, view, status=422, flaws=flaws, typed=dict(form.fields))

    async def share(
        self, request: Request, idea_id: Id, form: SignedForm, languages: Languages
    ) -> Response:
        """The page with the visitor's own link to share."""
        link = await self.commands.share(form.person, idea_id)
        view = await self.queries.view(idea_id, form.person, None, languages)
        return self._page(request, view, own_link=link.link)

    async def _again(
        self, request: Request, idea_id: str, form: Form, refused: Refused, languages: str
    ) -> Response:
        """The page with what was typed, and what was wrong with it."""
        if refused.status not in (409, 422, 429):
            raise refused
        view = await self.queries.view(idea_id, form.person, None, languages)
        errors = refused.errors or [FieldError(message=refused.detail)]
        typed = dict(form.fields)
        if refused.kind == "idempotency-key-reused":
            errors = [FieldError(message=SAID_BEFORE)]
            typed.pop("key", None)
        return self._page(request, view, status=refused.status, errors=errors, typed=typed)

    def _page(
        self,
        request: Request,
        view: IdeaView,
        *,
        status: int = 200,
        said: str = "",
        own_link: str | None = None,
        errors: list[FieldError] | None = None,
        flaws: Typed | None = None,
        typed: Typed | None = None,
    ) -> Response:
        person, asked = request.state.visitor.person, view.contest.eligibility.countries
        return self.pages.show(
            "idea.html",
            request,
            status=status,
            view=view,
            idea=view.idea,
            contest=view.contest,
            vote=view.vote,
            is_author=is_own(view.idea, person),
            kinds=KINDS,
            statuses=STATUSES,
            told=told,
            said=said,
            via=link_of(request),
            own_link=own_link,
            errors=errors or [],
            flaws=flaws or {},
            typed=typed or {},
            countries=choices(asked) if asked else [],
            today=utc_now().date(),
            key=form_key(typed) if typed else new_id("form"),
        )


def _of_declaration(refused: Refused) -> Typed:
    """What is wrong with a declaration, by the fields of the form; raises any other refusal."""
    found = {place_in(DECLARED, error.field): error.message for error in refused.errors}
    flaws = {place: message for place, message in found.items() if place is not None}
    if not flaws or len(flaws) < len(found):
        raise refused
    return flaws
