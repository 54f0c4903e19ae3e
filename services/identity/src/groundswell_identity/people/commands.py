"""What happens to a person: becomes known, edits their profile, is erased."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from groundswell_contracts.people import PersonErased
from groundswell_identity.people.rules import AddressMark, Person, Profile
from groundswell_identity.people.store import PersonStore
from groundswell_identity.vault import Vault
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_opaque_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import not_found

Forget = Callable[[Person], Awaitable[None]]
"""Removes what another capability keeps of a person, in the caller's transaction."""


@dataclass(frozen=True, slots=True)
class PersonCommands:
    """Each verb is one transaction, or part of the caller's."""

    people: PersonStore
    vault: Vault

    def address_mark(self, email: str) -> AddressMark:
        """The mark by which an address, in its one form, is found."""
        return AddressMark(self.vault.mark("address", email))

    async def sign_in(self, email: str, locale: str, time_zone: str) -> Person:
        """The person of this address, who is made when there is none yet.

        Somebody known keeps the locale and time zone that they have.
        """
        mark = self.address_mark(email)

        async def work() -> Person:
            now = utc_now()
            known = await self.people.sign_in(mark, now)
            if known is not None:
                return known
            person = self._new(mark, Profile(email, None, locale, time_zone), now)
            await self.people.add(person)
            return person

        return await transaction(self.people.client, work)

    async def know(self, email: str, locale: str, time_zone: str) -> str:
        """The id of the person of this address, who is made when there is none yet.

        Part of the caller's transaction. Nobody is signed in by it, and it takes the same work
        for known and unknown addresses. Somebody known keeps the locale and time zone they have.
        """
        profile = Profile(email, None, locale, time_zone)
        return await self.people.ensure(self._new(self.address_mark(email), profile, utc_now()))

    async def edit(self, person_id: str, changes: dict[str, Any]) -> Person:
        """Changes the fields of the profile that are named."""

        async def work() -> Person:
            person = await self.people.find(person_id)
            if person is None:
                raise not_found("There is no such person.")
            edited = replace(person, profile=replace(person.profile, **changes))
            await self.people.save(edited)
            return edited

        return await transaction(self.people.client, work)

    def _new(self, mark: AddressMark, profile: Profile, now: datetime) -> Person:
        """Somebody new. Staff are given the ids of people: they do not tell since when."""
        return Person(new_opaque_id("person"), mark, profile, now)


@dataclass(frozen=True, slots=True)
class Erasure:
    """What is done when a person wants to be forgotten; `forget_too` are all who keep something."""

    people: PersonStore
    forget_too: Sequence[Forget]

    async def erase(self, person_id: str) -> None:
        """Removes all that is kept of a person, and tells everybody, in one transaction.

        A repeat changes nothing.
        """

        async def work() -> None:
            person = await self.people.find(person_id)
            if person is None:
                return
            await self.people.erase(person_id, [PersonErased(person_id=person_id)])
            for forget in self.forget_too:
                await forget(person)

        await transaction(self.people.client, work)
