"""HTTP of tokens, as OAuth has it: refresh, a machine's token, revocation."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from groundswell_identity.tokens.commands import Issued, TokenCommands
from groundswell_identity.tokens.errors import OAuthError
from groundswell_identity.tokens.forms import Form, client_credentials, field, read_form
from groundswell_identity.tokens.schemas import (
    NO_STORE,
    REFUSALS,
    OAuthRefusal,
    TokenAnswer,
    form,
)

TOKEN_PATH = "/v1/token"  # noqa: S105 - a path
REVOCATION_PATH = "/v1/revocations"

SentForm = Annotated[Form, Depends(read_form)]

_TOKEN_FORM = form(
    {
        "grant_type": "refresh_token or client_credentials",
        "refresh_token": "with refresh_token: the newest one of a sign-in",
        "client_id": "with client_credentials, unless it is in the Authorization header",
        "client_secret": "with client_credentials, unless it is in the Authorization header",
        "scope": "with client_credentials: some of the client's scopes; all when left out",
    },
    ["grant_type"],
)
_REVOCATION_FORM = form({"token": "a refresh token"}, ["token"])


@dataclass(frozen=True, slots=True)
class TokenRoutes:
    """Mounted by `app`, which also lets these paths take forms."""

    commands: TokenCommands

    def router(self) -> APIRouter:
        """All routes of tokens."""
        router = APIRouter(tags=["tokens"], responses=REFUSALS)
        issue = router.post(TOKEN_PATH, response_model_exclude_none=True, openapi_extra=_TOKEN_FORM)
        issue(self.issue_token)
        router.post(REVOCATION_PATH, openapi_extra=_REVOCATION_FORM)(self.revoke_token)
        return router

    async def issue_token(
        self, request: Request, sent: SentForm, response: Response
    ) -> TokenAnswer:
        """An access token for a refresh token, or for a machine's id and secret.

        A refresh token is good once; its answer has the next one. Sent again within thirty seconds
        it gives the same next one, for an answer may have been lost. Later the whole sign-in ends,
        because somebody holds a copy.
        """
        response.headers.update(NO_STORE)
        grant_type = field(sent, "grant_type")
        if grant_type == "refresh_token":
            return answer_of(await self.commands.refresh(field(sent, "refresh_token")))
        if grant_type == "client_credentials":
            client_id, secret = client_credentials(request, sent)
            scope = sent.get("scope")
            return answer_of(await self.commands.for_machine(client_id, secret, scope))
        raise OAuthError("unsupported_grant_type", "refresh_token or client_credentials")

    async def revoke_token(self, sent: SentForm) -> Response:
        """Sign out (RFC 7009): no refresh token of this sign-in is good any more.

        The access token is good until it expires. Any text is a 200.
        """
        await self.commands.revoke(field(sent, "token"))
        return Response(status_code=200)


def answer_of(issued: Issued) -> TokenAnswer:
    """The answer that hands over these tokens."""
    return TokenAnswer(
        access_token=issued.access_token,
        expires_in=int(issued.lifetime.total_seconds()),
        refresh_token=issued.refresh_token,
        scope=" ".join(issued.scopes) or None,
    )


async def answer_refusal(_: Request, error: Exception) -> Response:
    """The answer to what these routes refuse, for the application to install."""
    if not isinstance(error, OAuthError):
        raise error
    refusal = OAuthRefusal(error=error.code, error_description=error.description)
    unknown = error.code == "invalid_client"
    challenge = {"WWW-Authenticate": 'Basic realm="groundswell"'} if unknown else {}
    return JSONResponse(
        refusal.model_dump(), 401 if unknown else 400, headers={**NO_STORE, **challenge}
    )
