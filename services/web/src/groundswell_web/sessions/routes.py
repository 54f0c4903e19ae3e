"""Pages of signing in and out: the address, then the code that was mailed to it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from groundswell_web.answers import Away, Refused
from groundswell_web.forms import Fields
from groundswell_web.pages import Pages
from groundswell_web.sessions.commands import SessionCommands, Visitor
from groundswell_web.sessions.rules import (
    SIGN_IN_LIFETIME,
    digits,
    form_token,
    is_form_token,
    language,
    own_path,
)
from groundswell_web.sessions.schemas import PendingSignIn
from groundswell_web.sessions.visitors import (
    AnyVisitor,
    Cookies,
    FormExpired,
    OwnSite,
)

CODE_DIGITS = 6
LONGEST_ADDRESS = 254

ReturnTo = Annotated[str | None, Query(max_length=2_000)]

NOT_AN_ADDRESS = "An e-mail address looks like name@example.com; this one does not."
NOT_A_CODE = f"The code has {CODE_DIGITS} digits."
WRONG_CODE = "This code is wrong, or no longer good. Look at the newest mail, or ask for another."
AWAY = "We cannot sign you in right now. That is our fault; please try again in a minute."


@dataclass(frozen=True, slots=True)
class SignInRoutes:
    """Mounted by `app`. An address is never shown again, nor put into a cookie or a log."""

    commands: SessionCommands
    pages: Pages
    cookies: Cookies

    def router(self) -> APIRouter:
        """All routes of signing in and out."""
        router = APIRouter()
        router.get("/sign-in")(self.show_sign_in)
        router.post("/sign-in", dependencies=[OwnSite])(self.mail_code)
        router.get("/sign-in/code")(self.show_code)
        router.post("/sign-in/code", dependencies=[OwnSite])(self.sign_in)
        router.post("/sign-out", dependencies=[OwnSite])(self.sign_out)
        return router

    async def show_sign_in(
        self, request: Request, visitor: AnyVisitor, return_to: ReturnTo = None
    ) -> Response:
        """Asks for the address."""
        wanted = None if return_to is None else own_path(return_to)
        if visitor.person is not None:
            return RedirectResponse(wanted or "/", 303)
        pending = self.commands.pending(self._cookie(request), wanted)
        return self._page("sign-in.html", request, pending)

    async def mail_code(self, request: Request, _: AnyVisitor, fields: Fields) -> Response:
        """Has the code mailed."""
        pending = self._checked(request, fields)
        email = fields.get("email", "").strip()
        if not _may_be_address(email):
            return self._page("sign-in.html", request, pending, 422, NOT_AN_ADDRESS)
        try:
            sign_in_id = await self.commands.mail_code(
                email, language(request.headers.get("accept-language"))
            )
        except Refused as refused:
            if refused.status == 429:
                error = (
                    "Too many codes were asked for with this address. Use the newest one, or try "
                    f"again in {_in_words(refused.retry_after)}."
                )
                return self._page("sign-in.html", request, pending, 429, error)
            return self._page("sign-in.html", request, pending, 422, NOT_AN_ADDRESS)
        except Away as away:
            return self._away("sign-in.html", request, pending, away)
        response: Response = RedirectResponse("/sign-in/code", 303)
        self._keep(response, pending.model_copy(update={"sign_in_id": sign_in_id}))
        return response

    async def show_code(self, request: Request, visitor: AnyVisitor) -> Response:
        """Asks for the code."""
        pending = self.commands.pending(self._cookie(request), None)
        if visitor.person is not None or pending.sign_in_id is None:
            return RedirectResponse("/sign-in", 303)
        return self._page("sign-in-code.html", request, pending)

    async def sign_in(self, request: Request, _: AnyVisitor, fields: Fields) -> Response:
        """Begins a session for the right code."""
        pending = self._checked(request, fields)
        if pending.sign_in_id is None:
            return RedirectResponse("/sign-in", 303)
        code = digits(fields.get("code", ""))
        if len(code) != CODE_DIGITS:
            return self._page("sign-in-code.html", request, pending, 422, NOT_A_CODE)
        old = request.cookies.get(self.cookies.session)
        try:
            secret = await self.commands.sign_in(pending.sign_in_id, code, old)
        except Refused:
            return self._page("sign-in-code.html", request, pending, 422, WRONG_CODE)
        except Away as away:
            return self._away("sign-in-code.html", request, pending, away)
        response: Response = RedirectResponse(pending.return_to, 303)
        self.cookies.give_session(response, secret)
        self.cookies.take(response, self.cookies.sign_in)
        return response

    async def sign_out(self, request: Request, fields: Fields) -> Response:
        """Ends the session, and its tokens; also while nobody can say whose session it is."""
        secret = request.cookies.get(self.cookies.session)
        if secret is None:
            return RedirectResponse("/sign-in", 303)
        if not is_form_token(secret, fields.get("csrf", "")):
            raise FormExpired
        request.state.visitor = Visitor(secret=secret)
        await self.commands.sign_out(secret)
        response: Response = RedirectResponse("/", 303)
        self.cookies.take(response, self.cookies.session)
        return response

    def _cookie(self, request: Request) -> str | None:
        return request.cookies.get(self.cookies.sign_in)

    def _checked(self, request: Request, fields: Fields) -> PendingSignIn:
        """The sign-in that a form belongs to; so nobody is signed in by a page of another site."""
        pending = self.commands.pending(self._cookie(request), None)
        if not is_form_token(pending.secret, fields.get("csrf", "")):
            raise FormExpired
        return pending

    def _keep(self, response: Response, pending: PendingSignIn) -> None:
        sealed = self.commands.seal_pending(pending)
        seconds = SIGN_IN_LIFETIME.total_seconds()
        self.cookies.give(response, self.cookies.sign_in, sealed, seconds)

    def _page(
        self,
        template: str,
        request: Request,
        pending: PendingSignIn,
        status: int = 200,
        error: str | None = None,
    ) -> Response:
        response = self.pages.show(
            template,
            request,
            status=status,
            headers={"Cache-Control": "no-store"},
            csrf=form_token(pending.secret),
            error=error,
        )
        self._keep(response, pending)
        return response

    def _away(
        self, template: str, request: Request, pending: PendingSignIn, away: Away
    ) -> Response:
        response = self._page(template, request, pending, 503, AWAY)
        response.headers["Retry-After"] = str(away.retry_after)
        return response


def _in_words(seconds: int) -> str:
    minutes = max(1, round(seconds / 60))
    if minutes > 90:
        return f"{round(minutes / 60)} hours"
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _may_be_address(text: str) -> bool:
    before, at, after = text.rpartition("@")
    return bool(before and at and after) and len(text) <= LONGEST_ADDRESS and " " not in text
