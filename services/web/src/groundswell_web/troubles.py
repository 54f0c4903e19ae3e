"""What went wrong, as pages that say what happened and the way out.

Installed by `app`; routes raise, and this module words it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from groundswell_kit.asgi import Receive, Scope, Send
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_web.answers import Away, Refused
from groundswell_web.pages import Pages
from groundswell_web.sessions.commands import SessionCommands
from groundswell_web.sessions.visitors import (
    FormExpired,
    SignInNeeded,
    address_of,
    cookies_of,
    here,
    visitor_of,
)

log = get_logger()


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a page says: what happened, what it means, and where to go from here."""

    status: int
    title: str
    text: str
    points: Sequence[str] = ()
    back: str = "/"
    back_text: str = "See all contests"
    again: str | None = None
    """Where the same form can be sent again; None when that would not help."""
    fields: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None


NOT_THERE = Trouble(
    404,
    "This page is not here",
    "The address may be mistyped, or what it showed is not public (yet).",
)
NOT_ALLOWED = Trouble(
    403,
    "This was not sent from our page",
    "To protect you, we only accept what you send from a page of this site. Nothing was changed. "
    "Open the page again and send it from there.",
)
FORM_EXPIRED = Trouble(
    403,
    "This form is no longer valid",
    "You have signed in or out since it was shown, or your browser does not keep our cookie. "
    "Nothing was changed. Open the page again and send it once more.",
)
UNREADABLE = Trouble(
    400,
    "We could not read what was sent",
    "Nothing was changed. Open the page again and send the form from there.",
)
TOO_LARGE = Trouble(
    413,
    "That is too much at once",
    "Nothing was changed. Go back, shorten your text or choose smaller files, and send it again.",
)
TOO_SLOW = Trouble(
    408,
    "Sending this took too long",
    "Nothing was changed. Go back and send it again, with smaller files or a better connection.",
)
BROKEN = Trouble(
    500,
    "Something broke on our side",
    "It is noted, and we will look into it. You can try again; if you sent something, look first "
    "whether it arrived.",
)
NOT_REACHED = Trouble(
    503,
    "We cannot do this right now",
    "A part of our service does not answer. That is our fault, not yours, and it usually passes "
    "within a minute.",
)
UNKNOWN = Trouble(
    503,
    "We do not know whether this arrived",
    "A part of our service did not answer in time. You can send it again: it counts at most once, "
    "and once if it was in time.",
)

_BY_STATUS = {
    400: UNREADABLE,
    403: NOT_ALLOWED,
    404: NOT_THERE,
    405: NOT_THERE,
    408: TOO_SLOW,
    413: TOO_LARGE,
    415: UNREADABLE,
}

# Refusals that need other words than those the service tells programs.
_BY_KIND = {
    "voting-not-open": (
        "Voting is not open",
        "It is paused, has closed, or has not opened yet. What you sent before counts if in time.",
    ),
    "ballot-full": (
        "You have no vote left here",
        "As many votes of yours count already as the rules allow. They stay as they are.",
    ),
    "revision-taken": (
        "Your ballot has changed meanwhile",
        "Another ballot of yours was taken, and stays as it is. Go back, look, and choose again.",
    ),
    "idea-withdrawn": (
        "An idea takes no votes any more",
        "It is leaving the ballot, or has left it. Go back: the page tells how your vote stands.",
    ),
    "wrong-kind-of-poll": (
        "Please open the page once more",
        "The rules of this vote are others than the page showed. Nothing was recorded.",
    ),
    "not-eligible": (
        "You cannot vote here",
        "By the rules of this vote only some people can, and nothing was recorded.",
    ),
}

# The rules that keep somebody from voting, by the names that voting gives them.
_OBSTACLES = {
    "invited_only": "Only people who were invited can vote, and this account is not among them.",
    "segments": "Only people of certain groups can vote, and this account is in none of them.",
    "regions": "Only people of certain regions can vote, and this account is of none of them.",
    "account_age_seconds": "Your account is not old enough for this vote yet.",
}


class Stop(Exception):
    """Ends a request with a page about a trouble."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.title)
        self.trouble = trouble


@dataclass(frozen=True)
class Troubles:
    """The handlers of everything that routes raise."""

    pages: Pages

    def install(self, app: FastAPI) -> None:
        """From now on whatever is raised is answered with a page."""
        for error, handler in (
            (Stop, self._stop),
            (SignInNeeded, self._sign_in),
            (FormExpired, self._form_expired),
            (Refused, self._refused),
            (Away, self._away),
            (RequestValidationError, self._invalid),
            (HTTPException, self._http),
        ):
            app.add_exception_handler(error, handler)  # type: ignore[arg-type] # each takes its own

    def show(self, request: Request, trouble: Trouble) -> Response:
        """The page about a trouble."""
        headers = {}
        if trouble.retry_after is not None:
            headers["Retry-After"] = str(trouble.retry_after)
        return self.pages.show(
            "trouble.html", request, status=trouble.status, headers=headers, trouble=trouble
        )

    async def broken(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The page for what nobody expected; it asks nothing of anybody."""
        await self.show(Request(scope), BROKEN)(scope, receive, send)

    async def sessions_away(self, request: Request, error: Exception) -> Response:
        """The page for a visitor whose session cannot be read or written; `app` installs it."""
        if not is_unavailable(error):
            raise error
        log.warning("sessions away", error=type(error).__name__)
        # What is asked for begins when it is known who asks.
        unknown = request.state.visitor.person is not None
        return self.show(request, unreachable(request, unknown=unknown, retry_after=2))

    async def _stop(self, request: Request, error: Stop) -> Response:
        return self.show(request, error.trouble)

    async def _sign_in(self, _: Request, error: SignInNeeded) -> Response:
        return to_sign_in(error.return_to)

    async def _form_expired(self, request: Request, _: FormExpired) -> Response:
        await _recognise(request)
        return self.show(request, _back(request, FORM_EXPIRED))

    async def _http(self, request: Request, error: HTTPException) -> Response:
        await _recognise(request)
        trouble = _BY_STATUS.get(error.status_code)
        if trouble is None:
            return self.show(request, BROKEN)
        return self.show(request, replace(trouble, status=error.status_code))

    async def _invalid(self, request: Request, _: RequestValidationError) -> Response:
        """Only paths and queries are declared; an id that cannot be one is nothing's."""
        await _recognise(request)
        return self.show(request, NOT_THERE)

    async def _away(self, request: Request, error: Away) -> Response:
        return self.show(
            request, unreachable(request, unknown=error.unknown, retry_after=error.retry_after)
        )

    async def _refused(self, request: Request, error: Refused) -> Response:
        if error.status == 401:
            return await self._signed_out(request)
        return self.show(request, _refusal(request, error))

    async def _signed_out(self, request: Request) -> Response:
        """Somebody's tokens are good for nothing any more: their session is over."""
        sessions: SessionCommands = request.app.state.sessions
        cookies = cookies_of(request)
        secret = request.cookies.get(cookies.session)
        if secret is not None:
            await sessions.forget(secret)
        response = to_sign_in(here(request))
        cookies.take(response, cookies.session)
        return response


async def _recognise(request: Request) -> None:
    """Looks up who asks, as far as that can be done: no route has, where there is none."""
    if hasattr(request.state, "visitor"):
        return
    try:
        await visitor_of(request)
    except Exception as error:
        if not (isinstance(error, Away) or is_unavailable(error)):
            raise
        log.warning("visitor not looked up", error=type(error).__name__)


def to_sign_in(return_to: str) -> Response:
    """On to the sign-in page, and back afterwards."""
    response = RedirectResponse("/sign-in", 303)
    response.headers["Location"] = f"/sign-in?return_to={quote(return_to, safe='/')}"
    return response


def unreachable(request: Request, *, unknown: bool, retry_after: int) -> Trouble:
    """A service does not answer; what was sent can be sent again from the page about it."""
    sent = request.method not in ("GET", "HEAD")
    trouble = UNKNOWN if sent and unknown else NOT_REACHED
    if not sent:
        return replace(trouble, back=here(request), back_text="Try again", retry_after=retry_after)
    text = trouble.text if unknown else f"{trouble.text} Nothing was changed."
    fields = getattr(request.state, "fields", {})
    return replace(
        trouble,
        text=text,
        back=here(request),
        back_text="Back to the page",
        again=address_of(request) if fields else None,
        fields={name: value for name, value in fields.items() if name != "csrf"},
        retry_after=retry_after,
    )


def _refusal(request: Request, error: Refused) -> Trouble:
    if error.status == 404:
        return NOT_THERE
    title, text = _BY_KIND.get(
        error.kind,
        ("This is not possible now", "What you asked for does not fit how things stand."),
    )
    points = [found.message for found in error.errors]
    if error.kind == "not-eligible":
        points = [text for rule, text in _OBSTACLES.items() if error.detail.startswith(f"{rule}:")]
    if error.status == 429:
        title, text = "Too often in a short time", "Please wait a little, then try again."
    status = error.status if error.status in (403, 409, 422, 429) else 409
    retry_after = error.retry_after if error.status == 429 else None
    return _back(request, Trouble(status, title, text, points, retry_after=retry_after))


def _back(request: Request, trouble: Trouble) -> Trouble:
    page = here(request)
    return trouble if page == "/" else replace(trouble, back=page, back_text="Back to the page")
