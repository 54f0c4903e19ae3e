"""HTTP shapes of tokens."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from groundswell_identity.tokens.errors import ErrorCode

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class TokenAnswer(BaseModel):
    """An access token (RFC 6749, 5.1); a machine's comes without a refresh token."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(examples=[900])
    refresh_token: str | None = None
    scope: str | None = None


class OAuthRefusal(BaseModel):
    """Why there is no token (RFC 6749, 5.2)."""

    error: ErrorCode
    error_description: str


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"model": OAuthRefusal, "description": "Refused, in the form of RFC 6749"},
    401: {"model": OAuthRefusal, "description": "The client is not known, or not by this secret"},
}


def form(properties: dict[str, str], required: list[str]) -> dict[str, Any]:
    """The OpenAPI of a body that is a form of these fields, with what each of them is."""
    schema = {
        "type": "object",
        "required": required,
        "properties": {
            name: {"type": "string", "description": text} for name, text in properties.items()
        },
    }
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}
