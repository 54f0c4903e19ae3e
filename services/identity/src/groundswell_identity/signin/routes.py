"""HTTP of signing in by a mailed code."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_identity.signin.commands import SignInCommands
from groundswell_identity.signin.schemas import CodeBody, NewSignIn, PersonTokens, SignInAnswer
from groundswell_identity.tokens.routes import answer_of
from groundswell_identity.tokens.schemas import NO_STORE


@dataclass(frozen=True, slots=True)
class SignInRoutes:
    """Mounted by `app`."""

    commands: SignInCommands

    def router(self) -> APIRouter:
        """All routes of sign-ins."""
        router = APIRouter(prefix="/v1/sign-ins", tags=["sign-in"])
        router.post("", status_code=201)(self.begin_sign_in)
        complete = router.post("/{sign_in_id}/code", response_model_exclude_none=True)
        complete(self.complete_sign_in)
        return router

    async def begin_sign_in(self, body: NewSignIn, response: Response) -> SignInAnswer:
        """Ask for a code by mail. The answer is the same whether the address is known or not."""
        response.headers.update(NO_STORE)
        sign_in = await self.commands.begin(body.email, body.locale, body.time_zone)
        return SignInAnswer.model_validate(sign_in)

    async def complete_sign_in(
        self, sign_in_id: str, body: CodeBody, response: Response
    ) -> PersonTokens:
        """Sign in with the code. Five tries in ten minutes; the first right one uses it up."""
        response.headers.update(NO_STORE)
        person_id, issued = await self.commands.complete(sign_in_id, body.code)
        return PersonTokens(person_id=person_id, **answer_of(issued).model_dump())
