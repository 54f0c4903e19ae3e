"""HTTP shapes of staff signing in."""

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from groundswell_identity.memberships.rules import Role
from groundswell_identity.memberships.schemas import BrandId
from groundswell_identity.people.schemas import Answer, Request
from groundswell_identity.tokens.schemas import TokenAnswer

Text = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class NewStaffSignIn(Request):
    """Who wants to sign in for which brand, and where the provider sends them back to."""

    provider: Annotated[Text, Field(examples=["acme-sso"])]
    brand_id: BrandId
    redirect_uri: Annotated[Text, Field(examples=["https://console.example.com/signed-in"])]


class StaffSignInAnswer(Answer):
    """A sign-in, and where to send the browser. Keep the id where the browser's session is."""

    id: str
    authorization_url: str
    expires_at: datetime


class ProviderCode(Request):
    """What the provider sent the browser back with."""

    code: Text
    state: Text


class StaffTokens(TokenAnswer):
    """The tokens of a brand's staff."""

    staff_id: str
    brand_id: str
    roles: list[Role]
