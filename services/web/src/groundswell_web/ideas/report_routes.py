"""Forms by which people say what is wrong with an idea or a comment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from groundswell_web.answers import Refused
from groundswell_web.contests.languages import Languages
from groundswell_web.ideas.commands import IdeaCommands
from groundswell_web.ideas.queries import IdeaQueries
from groundswell_web.pages import Pages
from groundswell_web.sessions.commands import Person
from groundswell_web.sessions.visitors import Form, Id, OwnSite, SignedForm, SignedIn
from groundswell_web.voting.links import back_to, link_of

NOTHING_CHOSEN = "Choose what is wrong."


@dataclass(frozen=True, slots=True)
class ReportRoutes:
    """Mounted by `app`."""

    queries: IdeaQueries
    commands: IdeaCommands
    pages: Pages

    def router(self) -> APIRouter:
        """All routes of reports."""
        router = APIRouter()
        router.get("/ideas/{idea_id}/report")(self.ask_about_idea)
        router.post("/ideas/{idea_id}/report", dependencies=[OwnSite])(self.report_idea)
        router.get("/comments/{comment_id}/report")(self.ask_about_comment)
        router.post("/comments/{comment_id}/report", dependencies=[OwnSite])(self.report_comment)
        return router

    async def ask_about_idea(
        self, request: Request, idea_id: Id, person: SignedIn, languages: Languages
    ) -> Response:
        """Asks what is wrong with an idea."""
        return await self._form(request, person, "idea", idea_id, languages, {})

    async def ask_about_comment(
        self, request: Request, comment_id: Id, person: SignedIn, languages: Languages
    ) -> Response:
        """Asks what is wrong with a comment."""
        return await self._form(request, person, "comment", comment_id, languages, {})

    async def report_idea(
        self, request: Request, idea_id: Id, form: SignedForm, languages: Languages
    ) -> Response:
        """Reports an idea."""
        return await self._report(request, form, "idea", idea_id, languages)

    async def report_comment(
        self, request: Request, comment_id: Id, form: SignedForm, languages: Languages
    ) -> Response:
        """Reports a comment."""
        return await self._report(request, form, "comment", comment_id, languages)

    async def _report(
        self, request: Request, form: Form, kind: str, subject_id: str, languages: str
    ) -> Response:
        typed = form.fields
        if not form.get("code"):
            return await self._form(
                request, form.person, kind, subject_id, languages, typed, [NOTHING_CHOSEN]
            )
        words = form.get("words").strip()
        idea_id = subject_id
        if kind == "comment":  # Read before: it may be taken down for what is said of it.
            idea_id = (await self.queries.comment(subject_id, form.person)).idea_id
        try:
            await self.commands.report(form.person, kind, subject_id, form.get("code"), words)
        except Refused as refused:
            if refused.status not in (409, 422, 429):
                raise
            wrong = [error.message for error in refused.errors] or [refused.detail]
            return await self._form(request, form.person, kind, subject_id, languages, typed, wrong)
        return back_to(f"/ideas/{idea_id}", link_of(request), "discussion", said="reported")

    async def _form(
        self,
        request: Request,
        person: Person,
        kind: str,
        subject_id: str,
        languages: str,
        typed: Mapping[str, str],
        wrong: Sequence[str] = (),
    ) -> Response:
        text, idea_id = None, subject_id
        if kind == "comment":
            comment = await self.queries.comment(subject_id, person)
            text, idea_id = comment.text, comment.idea_id
        return self.pages.show(
            "report.html",
            request,
            status=422 if wrong else 200,
            idea=await self.queries.ideas.read(idea_id, person),
            kind=kind,
            subject_id=subject_id,
            text=text,
            reasons=await self.queries.reasons(kind, languages),
            wrong=wrong,
            via=link_of(request),
            typed=typed,
        )
