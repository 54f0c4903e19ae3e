"""HTTP of brands, of those who work for them, and of their machine clients."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from groundswell_identity.memberships.commands import MembershipCommands
from groundswell_identity.memberships.queries import MembershipQueries
from groundswell_identity.memberships.schemas import (
    BrandAnswer,
    ClientAnswer,
    ClientPage,
    Invitation,
    MemberAddressAnswer,
    MemberAnswer,
    MemberPage,
    NewBrand,
    NewClient,
    NewClientAnswer,
)
from groundswell_identity.people.routes import ReadsAddresses
from groundswell_identity.people.schemas import NO_STORE
from groundswell_kit.access import STAFF_ROLES
from groundswell_kit.auth import Actor
from groundswell_kit.http import require
from groundswell_kit.paging import AskedPage
from groundswell_kit.problems import not_found

_SEES = Depends(require("operator", *STAFF_ROLES))
_LEADS = Depends(require("operator", "manager"))

Operator = Annotated[Actor, Depends(require("operator"))]


def _within(brand_id: str, actor: Actor) -> str:
    """The brand, if the caller works for it or for the installation; 404 for all others."""
    if "operator" not in actor.roles and actor.brand_id != brand_id:
        raise not_found("There is no such brand.")
    return brand_id


def _seen(brand_id: str, actor: Annotated[Actor, _SEES]) -> str:
    return _within(brand_id, actor)


def _led(brand_id: str, actor: Annotated[Actor, _LEADS]) -> str:
    return _within(brand_id, actor)


SeenBrand = Annotated[str, Depends(_seen)]
"""The brand of the path, for its staff and for operators."""

LedBrand = Annotated[str, Depends(_led)]
"""The brand of the path, for its managers and for operators."""


@dataclass(frozen=True, slots=True)
class MembershipRoutes:
    """Mounted by `app`."""

    commands: MembershipCommands
    queries: MembershipQueries

    def router(self) -> APIRouter:
        """All routes of brands, members and clients."""
        router = APIRouter(prefix="/v1/brands", tags=["memberships"])
        router.post("", status_code=201)(self.found_brand)
        router.get("/{brand_id}")(self.read_brand)
        router.put("/{brand_id}/members")(self.invite_member)
        router.get("/{brand_id}/members")(self.list_members)
        router.delete("/{brand_id}/members/{member_id}", status_code=204)(self.remove_member)
        router.get("/{brand_id}/members/{member_id}/address")(self.read_address)
        router.post("/{brand_id}/clients", status_code=201)(self.make_client)
        router.get("/{brand_id}/clients")(self.list_clients)
        router.delete("/{brand_id}/clients/{client_id}", status_code=204)(self.remove_client)
        return router

    async def found_brand(self, _: Operator, body: NewBrand) -> BrandAnswer:
        """Found a brand; then invite its first manager."""
        return BrandAnswer.model_validate(await self.commands.found(body.id, body.name))

    async def read_brand(self, brand_id: SeenBrand) -> BrandAnswer:
        """A brand, for those who work for it."""
        return BrandAnswer.model_validate(await self.queries.brand(brand_id))

    async def invite_member(
        self, brand_id: LedBrand, body: Invitation, response: Response
    ) -> MemberAnswer:
        """Let the owner of an address work for the brand, with these roles instead of any before.

        They join by signing in with a provider that has verified the address; nothing is mailed.
        New roles are in the tokens that are issued from now on. A repeat is safe.
        """
        response.headers.update(NO_STORE)
        return MemberAnswer.of(await self.commands.invite(brand_id, body.email, body.roles))

    async def list_members(
        self, brand_id: LedBrand, page: AskedPage, response: Response
    ) -> MemberPage:
        """Who works for the brand, as they were invited."""
        response.headers.update(NO_STORE)
        found = await self.queries.member_page(brand_id, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return MemberPage(items=[MemberAnswer.of(member) for member in shown], next=cursor)

    async def remove_member(self, brand_id: LedBrand, member_id: str) -> None:
        """End a membership or an invitation. The last manager stays."""
        await self.commands.remove(brand_id, member_id)

    async def read_address(
        self, brand_id: str, member_id: str, _: ReadsAddresses, response: Response
    ) -> MemberAddressAnswer:
        """Where mail for a member goes; 404 for those who were removed. Do not keep it."""
        response.headers.update(NO_STORE)
        return MemberAddressAnswer(email=await self.queries.address(brand_id, member_id))

    async def make_client(
        self, brand_id: LedBrand, body: NewClient, response: Response
    ) -> NewClientAnswer:
        """Make a machine client. Its secret is in this answer and nowhere else.

        A repeat makes another one: if an answer is lost, remove the client that it was about.
        """
        client, secret = await self.commands.make_client(brand_id, body.name, body.scopes)
        response.headers.update(NO_STORE)
        shown = ClientAnswer.of(client)
        return NewClientAnswer(client_secret=secret, **shown.model_dump())

    async def list_clients(self, brand_id: LedBrand, page: AskedPage) -> ClientPage:
        """The brand's machine clients, as they were made."""
        found = await self.queries.client_page(brand_id, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return ClientPage(items=[ClientAnswer.of(client) for client in shown], next=cursor)

    async def remove_client(self, brand_id: LedBrand, client_id: str) -> None:
        """End a machine client; it gets no more tokens."""
        await self.commands.remove_client(brand_id, client_id)
