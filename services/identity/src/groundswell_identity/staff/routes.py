"""HTTP of staff signing in through an OpenID provider."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_identity.staff.commands import StaffCommands
from groundswell_identity.staff.schemas import (
    NewStaffSignIn,
    ProviderCode,
    StaffSignInAnswer,
    StaffTokens,
)
from groundswell_identity.tokens.routes import answer_of
from groundswell_identity.tokens.schemas import NO_STORE


@dataclass(frozen=True, slots=True)
class StaffRoutes:
    """Mounted by `app`."""

    commands: StaffCommands

    def router(self) -> APIRouter:
        """All routes of staff sign-ins."""
        router = APIRouter(prefix="/v1/staff-sign-ins", tags=["staff"])
        router.post("", status_code=201)(self.begin_staff_sign_in)
        complete = router.post("/{sign_in_id}/code", response_model_exclude_none=True)
        complete(self.complete_staff_sign_in)
        return router

    async def begin_staff_sign_in(
        self, body: NewStaffSignIn, response: Response
    ) -> StaffSignInAnswer:
        """Begin to sign in: send the browser to the URL in the answer."""
        response.headers.update(NO_STORE)
        sign_in, url = await self.commands.begin(body.provider, body.brand_id, body.redirect_uri)
        return StaffSignInAnswer(
            id=sign_in.id, authorization_url=url, expires_at=sign_in.expires_at
        )

    async def complete_staff_sign_in(
        self, sign_in_id: str, body: ProviderCode, response: Response
    ) -> StaffTokens:
        """Sign in with what the provider sent back, once; 403 for who works not for the brand.

        The first time, the address that the provider has verified must have been invited; from
        then on the member is who the provider says, whatever becomes of the address.
        """
        response.headers.update(NO_STORE)
        member, issued = await self.commands.complete(sign_in_id, body.code, body.state)
        return StaffTokens(
            staff_id=member.id,
            brand_id=member.brand_id,
            roles=list(member.roles),
            **answer_of(issued).model_dump(),
        )
