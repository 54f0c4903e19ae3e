"""Reading brands, members and machines."""

from collections.abc import Mapping
from dataclasses import dataclass

from groundswell_identity.memberships.rules import Brand, Client, Machine, Member
from groundswell_identity.memberships.store import BrandStore, ClientStore, MemberStore
from groundswell_identity.vault import Vault, same
from groundswell_kit.problems import not_found


@dataclass(frozen=True, slots=True)
class SystemMachine:
    """A machine of the installation, as its settings name it, with the mark of its secret."""

    machine: Machine
    secret_mark: str


@dataclass(frozen=True, slots=True)
class MembershipQueries:
    """Reads only. `system` are the installation's own machines by client id."""

    brands: BrandStore
    members: MemberStore
    clients: ClientStore
    vault: Vault
    system: Mapping[str, SystemMachine]

    async def brand(self, brand_id: str) -> Brand:
        """A brand; 404 when there is none of this id."""
        return await self.brands.get(brand_id)

    async def member(self, brand_id: str, member_id: str) -> Member | None:
        """A member of the brand as of now, or None."""
        return await self.members.find(brand_id, member_id)

    async def address(self, brand_id: str, member_id: str) -> str:
        """Where mail for a member of the brand goes; 404 for who is none, or none any more."""
        member = await self.members.find(brand_id, member_id)
        if member is None:
            raise not_found("There is no such member.")
        return member.email

    async def member_page(self, brand_id: str, after: str | None, limit: int) -> list[Member]:
        """Members of the brand as they were invited; 404 when there is no such brand."""
        await self.brands.get(brand_id)
        return await self.members.page(brand_id, after, limit)

    async def client_page(self, brand_id: str, after: str | None, limit: int) -> list[Client]:
        """Clients of the brand as they were made; 404 when there is no such brand."""
        await self.brands.get(brand_id)
        return await self.clients.page(brand_id, after, limit)

    async def machine(self, client_id: str, secret: str) -> Machine | None:
        """The machine that this is the id and the secret of, or None."""
        sent_mark = self.vault.mark("client secret", secret)
        system = self.system.get(client_id)
        if system is not None:
            return system.machine if same(system.secret_mark, sent_mark) else None
        client = await self.clients.find_public(client_id)
        if client is None or not same(client.secret_mark, sent_mark):
            return None
        return Machine(client.id, client.brand_id, client.scopes)
