"""Pages of a person's account: profile, mails, erasure."""

import asyncio
from dataclasses import dataclass, field
from zoneinfo import available_timezones

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from groundswell_web.account.schemas import KINDS, LANGUAGES, Choices, Profile
from groundswell_web.answers import Away, FieldError, Nothing, Refused, Service
from groundswell_web.pages import Pages
from groundswell_web.services import Call, Services
from groundswell_web.sessions.commands import Person, SessionCommands
from groundswell_web.sessions.visitors import AnyVisitor, Cookies, OwnSite, SignedForm, SignedIn

ERASE = "ERASE"


@dataclass(frozen=True, slots=True)
class AccountRoutes:
    """Mounted by `app`. The one place where a person's address is shown, to that person."""

    services: Services
    sessions: SessionCommands
    pages: Pages
    cookies: Cookies
    time_zones: list[str] = field(default_factory=lambda: sorted(available_timezones()))

    def router(self) -> APIRouter:
        """All routes of the account."""
        router = APIRouter()
        router.get("/account")(self.show_account)
        router.post("/account", dependencies=[OwnSite])(self.change_profile)
        router.post("/account/preferences", dependencies=[OwnSite])(self.change_preferences)
        router.get("/account/erasure")(self.show_erasure)
        router.post("/account/erasure", dependencies=[OwnSite])(self.erase)
        router.get("/account/erased")(self.show_erased)
        return router

    async def show_account(self, request: Request, person: SignedIn, saved: str = "") -> Response:
        """Profile and mails; without notifications the profile alone."""
        profile, choices = await asyncio.gather(self._profile(person), self._choices(person))
        return self._page(request, profile, choices, saved=saved)

    async def change_profile(self, request: Request, form: SignedForm) -> Response:
        """Changes name, language and time zone."""
        changes = {
            "display_name": form.get("display_name").strip() or None,
            "locale": form.get("locale"),
            "time_zone": form.get("time_zone"),
        }
        call = Call(
            service=Service.IDENTITY,
            method="PATCH",
            path="/v1/me",
            token=form.person.token,
            json=changes,
        )
        try:
            await self.services.send(call, Profile)
        except Refused as refused:
            if refused.status != 422:
                raise
            profile, choices = await asyncio.gather(
                self._profile(form.person), self._choices(form.person)
            )
            typed = profile.model_copy(update={"display_name": changes["display_name"]})
            return self._page(request, typed, choices, status=422, errors=refused.errors)
        return RedirectResponse("/account?saved=profile", 303)

    async def change_preferences(self, form: SignedForm) -> Response:
        """Which kinds of message come as mails too."""
        choices = await self.services.get(
            Service.NOTIFICATIONS, "/v1/preferences", Choices, token=form.person.token
        )
        wanted = {kind: {"email": form.get(f"email.{kind}") == "on"} for kind in choices.root}
        call = Call(
            service=Service.NOTIFICATIONS,
            method="PUT",
            path="/v1/preferences",
            token=form.person.token,
            json=wanted,
            repeatable=True,
        )
        await self.services.send(call, Choices)
        return RedirectResponse("/account?saved=preferences", 303)

    async def show_erasure(self, request: Request, _: SignedIn) -> Response:
        """Says what erasing means, and asks for a confirmation."""
        return self.pages.show("erasure.html", request, word=ERASE, error=None)

    async def erase(self, request: Request, form: SignedForm) -> Response:
        """Erases the person, and ends this session."""
        if form.get("confirmation").strip().upper() != ERASE:
            return self.pages.show(
                "erasure.html", request, status=422, word=ERASE, error=f"Type {ERASE} to confirm."
            )
        call = Call(
            service=Service.IDENTITY,
            method="DELETE",
            path="/v1/me",
            token=form.person.token,
            repeatable=True,
        )
        await self.services.send(call, Nothing)
        await self.sessions.forget(request.cookies[self.cookies.session])
        response: Response = RedirectResponse("/account/erased", 303)
        self.cookies.take(response, self.cookies.session)
        return response

    async def show_erased(self, request: Request, _: AnyVisitor) -> Response:
        """Says goodbye."""
        return self.pages.show("erased.html", request)

    async def _profile(self, person: Person) -> Profile:
        return await self.services.get(Service.IDENTITY, "/v1/me", Profile, token=person.token)

    async def _choices(self, person: Person) -> Choices | None:
        try:
            return await self.services.get(
                Service.NOTIFICATIONS, "/v1/preferences", Choices, token=person.token
            )
        except Away:
            return None

    def _page(
        self,
        request: Request,
        profile: Profile,
        choices: Choices | None,
        *,
        status: int = 200,
        saved: str = "",
        errors: list[FieldError] | None = None,
    ) -> Response:
        return self.pages.show(
            "account.html",
            request,
            status=status,
            profile=profile,
            choices=None if choices is None else choices.root,
            kinds=KINDS,
            languages=_languages(profile.locale),
            time_zones=self.time_zones,
            saved=saved,
            errors=errors or [],
        )


def _languages(chosen: str) -> dict[str, str]:
    """The languages to choose from, with the chosen one among them, whatever it is."""
    base = LANGUAGES.get(chosen.partition("-")[0].lower())
    shown = chosen if base is None else f"{base} ({chosen})"
    return {**({} if chosen in LANGUAGES else {chosen: shown}), **LANGUAGES}
