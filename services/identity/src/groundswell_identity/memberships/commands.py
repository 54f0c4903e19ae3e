"""What happens to brands: founded, given members and machine clients, and relieved of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundswell_contracts.people import MemberInvited, MemberRemoved
from groundswell_identity.memberships.rules import (
    Brand,
    Client,
    Member,
    Role,
    Scope,
    obstacles_to_changing,
    obstacles_to_naming,
)
from groundswell_identity.memberships.store import BrandStore, ClientStore, MemberStore
from groundswell_identity.people.rules import AddressMark
from groundswell_identity.vault import Vault
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id, new_secret
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION, not_found
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class MembershipCommands:
    """Each verb is one transaction, or part of the caller's."""

    brands: BrandStore
    members: MemberStore
    clients: ClientStore
    vault: Vault

    async def found(self, brand_id: str | None, name: str) -> Brand:
        """A new brand, that nobody works for yet. Refused when there is one of its id."""
        brand = Brand(brand_id or new_id("brand"), name)
        refuse_for(obstacles_to_naming(brand.id), VALIDATION)
        await self.brands.add(brand, utc_now())
        return brand

    async def ensure(self, brand_id: str, name: str) -> None:
        """Founds a brand unless there is one of this id, whose name then stays."""
        refuse_for(obstacles_to_naming(brand_id), VALIDATION)
        await self.brands.ensure(Brand(brand_id, name), utc_now())

    async def invite(self, brand_id: str, email: str, roles: Sequence[Role]) -> Member:
        """The member of this address, with these roles instead of any before; a repeat is safe.

        Tells MemberInvited where that is new. Refused when it would leave the brand without a
        manager.
        """
        mark = AddressMark(self.vault.mark("address", email))

        async def work() -> Member:
            await self.brands.lock(brand_id)
            member = await self.members.find_by_address(brand_id, mark)
            if member is None:
                member = Member(new_id("staff"), brand_id, mark, email, (), utc_now())
            refuse_for(obstacles_to_changing(await self.members.all(brand_id), member.id, roles))
            invited = replace(member, roles=tuple(sorted(set(roles))))
            if invited != member:
                told = MemberInvited(member_id=invited.id, roles=invited.roles)
                await self.members.save(brand_id, invited, [told])
            return invited

        return await transaction(self.members.client, work)

    async def remove(self, brand_id: str, member_id: str) -> None:
        """Ends a membership; the member's access token is good until it expires.

        Refused for the last manager.
        """

        async def work() -> None:
            await self.brands.lock(brand_id)
            if await self.members.find(brand_id, member_id) is None:
                raise not_found("There is no such member.")
            refuse_for(obstacles_to_changing(await self.members.all(brand_id), member_id, ()))
            told = MemberRemoved(member_id=member_id)
            await self.members.remove(brand_id, member_id, [told])

        await transaction(self.members.client, work)

    async def join(
        self, brand_id: str, provider: str, subject: str, verified_email: str | None
    ) -> Member | None:
        """The member who is this subject of a provider, or None if they work not for the brand.

        Whoever comes for the first time joins by the invitation of their verified address; an
        invitation that somebody joined by is closed to everybody else.
        """
        subject_mark = self.vault.mark("subject", f"{provider}\n{subject}")

        async def work() -> Member | None:
            member = await self.members.find_by_subject(brand_id, subject_mark)
            if member is not None or verified_email is None:
                return member
            address_mark = AddressMark(self.vault.mark("address", verified_email))
            invited = await self.members.find_by_address(brand_id, address_mark)
            if invited is None or invited.subject_mark is not None:
                return None
            joined = replace(invited, subject_mark=subject_mark, joined_at=utc_now())
            await self.members.save(brand_id, joined, [])
            return joined

        return await transaction(self.members.client, work)

    async def make_client(
        self, brand_id: str, name: str, scopes: Sequence[Scope]
    ) -> tuple[Client, str]:
        """A new machine client and its secret, which cannot be read again."""
        await self.brands.get(brand_id)
        secret = new_secret()
        client = Client(
            id=new_id("client"),
            brand_id=brand_id,
            name=name,
            scopes=tuple(sorted(set(scopes))),
            secret_mark=self.vault.mark("client secret", secret),
            created_at=utc_now(),
        )
        await self.clients.add(brand_id, client)
        return client, secret

    async def remove_client(self, brand_id: str, client_id: str) -> None:
        """Ends a client; its access token is good until it expires."""
        await self.clients.remove(brand_id, client_id)
