"""HTTP shapes of brands, members and machine clients."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, StringConstraints

from groundswell_identity.memberships.rules import Client, Member, Role, Scope
from groundswell_identity.people.addresses import Address
from groundswell_identity.people.schemas import Answer, Name, Request

BrandId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]


class NewBrand(Request):
    """A brand to be founded; without an id it gets one."""

    id: Annotated[BrandId | None, Field(examples=["nerc"])] = None
    name: Annotated[Name, Field(examples=["Natural Environment Research Council"])]


class BrandAnswer(Answer):
    """A brand."""

    id: str
    name: str


class Invitation(Request):
    """Who is to work for the brand, in which roles."""

    email: Annotated[Address, Field(examples=["ann@example.com"])]
    roles: Annotated[list[Role], Field(min_length=1, max_length=6, examples=[["editor"]])]


class MemberAnswer(Answer):
    """A member of a brand; `joined_at` is null until they have signed in."""

    id: str
    email: str
    roles: list[Role]
    invited_at: datetime
    joined_at: datetime | None

    @classmethod
    def of(cls, member: Member) -> Self:
        """The answer that shows this member."""
        return cls.model_validate(member)


class MemberAddressAnswer(Answer):
    """Where mail for a member goes."""

    email: str


class MemberPage(Answer):
    """Members as they were invited. `next` is the cursor of the following page, if any."""

    items: list[MemberAnswer]
    next: str | None


class NewClient(Request):
    """A machine that is to act for the brand."""

    name: Annotated[Name, Field(examples=["web shop"])]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3, examples=[["sales:write"]])]


class ClientAnswer(Answer):
    """A machine client; its secret is shown once, when it is made."""

    client_id: str
    name: str
    scopes: list[Scope]
    created_at: datetime

    @classmethod
    def of(cls, client: Client) -> Self:
        """The answer that shows this client."""
        return cls(
            client_id=client.id,
            name=client.name,
            scopes=list(client.scopes),
            created_at=client.created_at,
        )


class NewClientAnswer(Answer):
    """A machine client that was just made, with its secret, which is not shown again."""

    client_id: str
    client_secret: str
    name: str
    scopes: list[Scope]
    created_at: datetime


class ClientPage(Answer):
    """Clients as they were made. `next` is the cursor of the following page, if any."""

    items: list[ClientAnswer]
    next: str | None
