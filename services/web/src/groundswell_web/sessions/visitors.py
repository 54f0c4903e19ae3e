"""Who a request comes from, as dependencies of routes: anybody, somebody signed in, their forms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from starlette.exceptions import HTTPException

from groundswell_web.forms import Fields
from groundswell_web.sessions.commands import Person, SessionCommands, Visitor
from groundswell_web.sessions.rules import SESSION_LIFETIME, from_own_site, is_form_token, own_path

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
"""An id in a path; anything else is a page that is not there."""


class SignInNeeded(Exception):
    """The page is for people who are signed in; afterwards they come to `return_to`."""

    def __init__(self, return_to: str) -> None:
        super().__init__("sign in first")
        self.return_to = return_to


class FormExpired(Exception):
    """The form does not belong to the visitor's session."""


@dataclass(frozen=True, slots=True)
class Cookies:
    """The names of the site's cookies, and what goes with them."""

    secure: bool

    @property
    def session(self) -> str:
        # A browser takes a __Host- cookie from this very host alone, over HTTPS alone.
        return "__Host-groundswell" if self.secure else "groundswell"

    @property
    def sign_in(self) -> str:
        return f"{self.session}-sign-in"

    @property
    def order(self) -> str:
        return f"{self.session}-order"

    def give(self, response: Response, name: str, value: str, seconds: float) -> None:
        response.set_cookie(
            name,
            value,
            max_age=int(seconds),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="lax",
        )

    def give_session(self, response: Response, secret: str) -> None:
        self.give(response, self.session, secret, SESSION_LIFETIME.total_seconds())

    def take(self, response: Response, name: str) -> None:
        response.delete_cookie(name, secure=self.secure, httponly=True, samesite="lax")


def cookies_of(request: Request) -> Cookies:
    """The cookies of this installation."""
    cookies: Cookies = request.app.state.cookies
    return cookies


async def visitor_of(request: Request) -> Visitor:
    """Who asks, whether signed in or not."""
    sessions: SessionCommands = request.app.state.sessions
    secret = request.cookies.get(cookies_of(request).session)
    # Until it is known who asks: should that fail, the page about it has the token of the forms.
    request.state.visitor = Visitor(secret=secret)
    visitor = await sessions.visitor(secret)
    request.state.visitor = visitor
    return visitor


AnyVisitor = Annotated[Visitor, Depends(visitor_of)]
"""Whoever asks."""


def _person(request: Request, visitor: AnyVisitor) -> Person:
    if visitor.person is None:
        raise SignInNeeded(here(request))
    return visitor.person


SignedIn = Annotated[Person, Depends(_person)]
"""Somebody who is signed in; others are asked to sign in first."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that its sender saw in a session of theirs."""

    person: Person
    fields: Mapping[str, str]

    def get(self, name: str) -> str:
        """What stands in a field; empty when there is none."""
        return self.fields.get(name, "")


def _own_site(request: Request) -> None:
    """Raises 403 for a request that another site made the browser send."""
    headers = request.headers
    if not from_own_site(
        headers.get("sec-fetch-site"),
        headers.get("origin"),
        headers.get("host"),
        request.app.state.public_url,
    ):
        raise HTTPException(403)


OwnSite = Depends(_own_site)
"""For routes that take forms: from a page of ours."""


# The fields are read before anybody is asked who sent them, so that no text is lost if that fails.
def _form(fields: Fields, person: SignedIn, visitor: AnyVisitor) -> Form:
    if not is_form_token(visitor.secret or "", fields.get("csrf", "")):
        raise FormExpired
    return Form(person, fields)


SignedForm = Annotated[Form, Depends(_form)]
"""A form sent by somebody who is signed in, from a page of their session."""


def address_of(request: Request) -> str:
    """The path that a request was sent to, with its query."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def here(request: Request) -> str:
    """The page that a request was made on: itself, or for a form the page that it stood on."""
    if request.method in ("GET", "HEAD"):
        return own_path(address_of(request))
    referer = request.headers.get("referer", "")
    base = str(request.base_url)
    for site in (base.rstrip("/"), str(request.app.state.public_url)):
        if referer.startswith(f"{site}/"):
            return own_path(referer.removeprefix(site))
    return "/"
