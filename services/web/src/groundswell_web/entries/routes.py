"""The form for an idea: a new one, a draft, a change. Whatever goes wrong, what was typed stays."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_web import countries
from groundswell_web.answers import Away
from groundswell_web.contests.entry_form import EntryForm
from groundswell_web.contests.languages import Languages
from groundswell_web.contests.schemas import Contest
from groundswell_web.entries.rules import KEPT, share_text, team_text, typed_from
from groundswell_web.entries.taking import FILES_LOST, Filling, Taking
from groundswell_web.file_forms import FileForms, SentForm, WhoSends
from groundswell_web.forms import form_key
from groundswell_web.pages import Pages
from groundswell_web.sessions.commands import Person
from groundswell_web.sessions.rules import is_form_token
from groundswell_web.sessions.visitors import Id, OwnSite, SignedIn, visitor_of
from groundswell_web.submissions.schemas import Idea
from groundswell_web.troubles import Stop, Trouble

log = get_logger()

SEND_ONCE_MORE = (
    "You have signed in or out since you opened this form. Your text is still here: send it once "
    "more."
)
NOT_SIGNED_IN = (
    "You are not signed in any more. Your text is still here: sign in in another tab, then send "
    "it once more."
)
CHANGEABLE = ("draft", "submitted", "approved")

ParentIdea = Annotated[str | None, Query(alias="parent", pattern=r"^[A-Za-z0-9_-]{1,100}$")]


@dataclass(frozen=True, slots=True)
class EntryRoutes:
    """Mounted by `app`."""

    taking: Taking
    forms: FileForms
    pages: Pages

    def router(self) -> APIRouter:
        """All routes of handing in."""
        router = APIRouter()
        router.get("/contests/{contest_id}/ideas/new")(self.show_new)
        router.post("/contests/{contest_id}/ideas", dependencies=[OwnSite])(self.take_new)
        router.get("/ideas/{idea_id}/edit")(self.show_change)
        router.post("/ideas/{idea_id}/edit", dependencies=[OwnSite])(self.take_change)
        return router

    async def show_new(
        self,
        request: Request,
        contest_id: Id,
        _: SignedIn,
        languages: Languages,
        parent_id: ParentIdea = None,
        brief: Literal["", "yes"] = "",
    ) -> Response:
        """The form for an idea; `parent` is one that it makes something else of.

        A `brief` asks others for ideas.
        """
        form = await self.taking.contests.entry_form(contest_id, languages)
        if form.closed:
            raise Stop(
                Trouble(
                    409,
                    "This contest does not take ideas now",
                    "Nothing can be handed in at the moment.",
                    [closed.message for closed in form.closed],
                    back=f"/contests/{contest_id}",
                    back_text="Back to the contest",
                )
            )
        said = {"key": new_id("form"), "parent": parent_id, "brief": brief}
        typed = {name: value for name, value in said.items() if value}
        return await self._show(request, contest_id, Filling(typed=typed), languages)

    async def take_new(self, request: Request, contest_id: Id, languages: Languages) -> Response:
        """Hands the idea in, or keeps it as a draft."""
        async with self.forms.read(request, _who_sends(request)) as sent:
            sender = await _sender(request, sent)
            if isinstance(sender, Filling):
                return await self._show(request, contest_id, sender, languages)
            taken = await self.taking.take(sender, contest_id, sent, None, languages)
        return await self._answer(request, contest_id, taken, languages)

    async def show_change(
        self, request: Request, idea_id: Id, person: SignedIn, languages: Languages
    ) -> Response:
        """The form with what the idea says now."""
        idea = await self.taking.contests.ideas.read(idea_id, person)
        if idea.participant_id != person.id or idea.status not in CHANGEABLE:
            raise Stop(
                Trouble(
                    409,
                    "This idea stays as it is",
                    "Only who handed it in can change it, and not once it has been decided.",
                    back=f"/ideas/{idea_id}",
                    back_text="Back to the idea",
                )
            )
        form = await self.taking.contests.entry_form(idea.contest_id, languages)
        filling = Filling(typed=_typed_of(idea, form), idea=idea)
        return await self._show(request, idea.contest_id, filling, languages)

    async def take_change(self, request: Request, idea_id: Id, languages: Languages) -> Response:
        """Changes the idea; a draft can be handed in with it."""
        async with self.forms.read(request, _who_sends(request)) as sent:
            sender = await _sender(request, sent)
            if isinstance(sender, Filling):
                raise Stop(_once_more(request, sent))
            idea = await self.taking.contests.ideas.read(idea_id, sender)
            taken = await self.taking.take(sender, idea.contest_id, sent, idea, languages)
        return await self._answer(request, idea.contest_id, taken, languages)

    async def _answer(
        self, request: Request, contest_id: str, taken: Filling | Idea, languages: str
    ) -> Response:
        if isinstance(taken, Filling):
            return await self._show(request, contest_id, taken, languages)
        return RedirectResponse(f"/ideas/{taken.id}", 303)

    async def _show(
        self, request: Request, contest_id: str, filling: Filling, languages: str
    ) -> Response:
        contests = self.taking.contests
        contest: Contest | None
        form: EntryForm | None
        try:
            contest, form = await asyncio.gather(
                contests.contest(contest_id, languages), contests.entry_form(contest_id, languages)
            )
        except Away:
            if filling.status == 200:
                raise
            contest = form = None  # What was typed is shown again all the same.
        typed, flaws = filling.typed, dict(filling.flaws)
        return self.pages.show(
            "entry.html",
            request,
            status=filling.status,
            headers={"Retry-After": "5"} if filling.status == 503 else None,
            contest=contest,
            contest_id=contest_id,
            form=form,
            idea=filling.idea,
            typed=typed,
            key=form_key(typed),
            kept=_kept(typed),
            error=filling.error,
            flaws=flaws,
            points=filling.points,
            countries=[] if contest is None else _countries(contest),
            today=utc_now().date(),
        )


def _who_sends(request: Request) -> WhoSends:
    """Tells whose session a form with these first fields is of; nobody's without a sign-in."""

    async def who(fields: Mapping[str, str]) -> str | None:
        try:
            visitor = await visitor_of(request)
        except Exception as error:
            if not (isinstance(error, Away) or is_unavailable(error)):
                raise
            log.warning("visitor not looked up", error=type(error).__name__)
            return None  # It is looked up again once all texts are there, and raises then.
        if visitor.person is None or not is_form_token(
            visitor.secret or "", fields.get("csrf", "")
        ):
            return None
        return visitor.person.id

    return who


async def _sender(request: Request, sent: SentForm) -> Person | Filling:
    """Who sent the form; the form to show again when that is nobody, or somebody else."""
    visitor = await visitor_of(request)
    points = [FILES_LOST] if sent.dropped == "unknown" else []
    if visitor.person is None:
        return Filling(typed=sent.fields, status=403, error=NOT_SIGNED_IN, points=points)
    if not is_form_token(visitor.secret or "", sent.fields.get("csrf", "")):
        return Filling(typed=sent.fields, status=403, error=SEND_ONCE_MORE, points=points)
    return visitor.person


def _once_more(request: Request, sent: SentForm) -> Trouble:
    """A page that keeps a change which nobody, or somebody else, has sent, to be sent again."""
    return Trouble(
        403,
        "Your change was not saved yet",
        "You have signed in or out since you opened the form. What you wrote is kept on this page: "
        "be signed in, in another tab if need be, then send it again.",
        [FILES_LOST] if sent.dropped is not None else [],
        back=request.url.path,
        back_text="Back to the form, without it",
        again=request.url.path,
        fields={name: value for name, value in sent.fields.items() if name != "csrf"},
    )


def _kept(typed: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The uploads that the form brings with it, by field."""
    found: dict[str, dict[str, str]] = {}
    for key, shown in typed.items():
        if key.startswith(KEPT):
            name, _, upload_id = key.removeprefix(KEPT).partition(".")
            found.setdefault(name, {})[upload_id] = shown
    return found


def _typed_of(idea: Idea, form: EntryForm) -> dict[str, str]:
    kinds = {name: property_.kind for name, property_ in form.form.properties.items()}
    said = {
        "title": idea.title,
        "summary": idea.summary,
        "category": idea.category,
        "region": idea.region,
        "revision": idea.revision,
    }
    typed = typed_from(said, idea.fields, kinds)
    if idea.brief:
        typed["brief"] = "yes"
    if idea.gift is not None:
        typed |= {"charity": idea.gift.charity, "charity_share": share_text(idea.gift.basis_points)}
    if idea.record is not None and idea.record.team:
        typed["team"] = team_text([(m.participant_id, m.basis_points) for m in idea.record.team])
    return typed


def _countries(contest: Contest) -> list[tuple[str, str]]:
    """The countries to choose from; none where nobody asks."""
    named = {code for region in contest.regions for code in region.countries}
    codes = contest.eligibility.countries or sorted(named)
    return countries.choices(codes) if codes else []
