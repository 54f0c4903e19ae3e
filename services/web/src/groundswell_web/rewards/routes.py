"""Pages of rewards: the statement, accepting and declining."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from groundswell_kit.ids import new_id
from groundswell_web.answers import Nothing, Service
from groundswell_web.forms import form_key
from groundswell_web.pages import Pages
from groundswell_web.rewards.schemas import Statement
from groundswell_web.services import Call, Services
from groundswell_web.sessions.visitors import Id, OwnSite, SignedForm, SignedIn
from groundswell_web.troubles import Stop, Trouble

Cursor = Annotated[str | None, Query(max_length=500)]

ENTRIES = {"grant": "Reward booked", "reversal": "Reward taken back"}

NOT_ACCEPTED = Trouble(
    422,
    "Tick the box to accept",
    "To accept the reward, read its terms and tick the box that says you accept them. Nothing was "
    "changed.",
    back="/rewards",
    back_text="Back to your rewards",
)
NOT_DECLINED = Trouble(
    422,
    "Tick the box to decline",
    "Declining is final, so we ask you to tick the box first. Nothing was changed.",
    back="/rewards",
    back_text="Back to your rewards",
)


@dataclass(frozen=True, slots=True)
class RewardRoutes:
    """Mounted by `app`."""

    services: Services
    pages: Pages

    def router(self) -> APIRouter:
        """All routes of rewards."""
        router = APIRouter()
        router.get("/rewards")(self.show_rewards)
        router.post("/rewards/{reward_id}/acceptance", dependencies=[OwnSite])(self.accept)
        router.post("/rewards/{reward_id}/refusal", dependencies=[OwnSite])(self.decline)
        return router

    async def show_rewards(
        self, request: Request, person: SignedIn, cursor: Cursor = None
    ) -> Response:
        """Offers first, then the statement."""
        query = {} if cursor is None else {"cursor": cursor}
        statement = await self.services.get(
            Service.REWARDS, "/v1/statements/me", Statement, token=person.token, query=query
        )
        return self.pages.show(
            "rewards.html",
            request,
            statement=statement,
            person_id=person.id,
            kinds=ENTRIES,
            key=new_id("form"),
        )

    async def accept(self, reward_id: Id, form: SignedForm) -> Response:
        """Accepts a reward under the terms that were shown."""
        if form.get("accepted") != "on":
            raise Stop(NOT_ACCEPTED)
        call = Call(
            service=Service.REWARDS,
            method="POST",
            path=f"/v1/rewards/{reward_id}/acceptance",
            token=form.person.token,
            json={"terms_hash": form.get("terms_hash")},
            key=form_key(form.fields),
        )
        await self.services.send(call, Nothing)
        return RedirectResponse("/rewards", 303)

    async def decline(self, reward_id: Id, form: SignedForm) -> Response:
        """Declines a reward for good."""
        if form.get("declined") != "on":
            raise Stop(NOT_DECLINED)
        call = Call(
            service=Service.REWARDS,
            method="POST",
            path=f"/v1/rewards/{reward_id}/refusal",
            token=form.person.token,
            key=form_key(form.fields),
        )
        await self.services.send(call, Nothing)
        return RedirectResponse("/rewards", 303)
