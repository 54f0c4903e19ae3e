"""HTTP of people: their own profile, its erasure, and addresses for the machine that mails."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from groundswell_identity.people.commands import Erasure, PersonCommands
from groundswell_identity.people.queries import PersonQueries
from groundswell_identity.people.schemas import (
    NO_STORE,
    AddressAnswer,
    PersonAnswer,
    ProfileChanges,
)
from groundswell_kit.access import Participant, machine
from groundswell_kit.auth import Actor

ReadsAddresses = Annotated[Actor, Depends(machine("addresses:read"))]
"""The machine that mails."""


@dataclass(frozen=True, slots=True)
class PersonRoutes:
    """Mounted by `app`."""

    commands: PersonCommands
    erasure: Erasure
    queries: PersonQueries

    def router(self) -> APIRouter:
        """All routes of people."""
        router = APIRouter(prefix="/v1", tags=["people"])
        router.get("/me")(self.read_me)
        router.patch("/me")(self.edit_me)
        router.delete("/me", status_code=204)(self.erase_me)
        router.get("/people/{person_id}/address")(self.read_address)
        return router

    async def read_me(self, participant: Participant, response: Response) -> PersonAnswer:
        """What is known of the caller."""
        response.headers.update(NO_STORE)
        return PersonAnswer.of(await self.queries.read(participant.subject))

    async def edit_me(
        self, participant: Participant, body: ProfileChanges, response: Response
    ) -> PersonAnswer:
        """Change the caller's name, locale, time zone or region; the address cannot be changed.

        Access tokens say the new region from the next refresh on.
        """
        response.headers.update(NO_STORE)
        return PersonAnswer.of(await self.commands.edit(participant.subject, body.changes()))

    async def erase_me(self, participant: Participant) -> None:
        """Erase the caller: name and address are gone at once, everywhere else soon after.

        Access tokens are good until they expire, and lead to nobody. A repeat is a 204 too.
        """
        await self.erasure.erase(participant.subject)

    async def read_address(
        self, person_id: str, _: ReadsAddresses, response: Response
    ) -> AddressAnswer:
        """Where mail for a person goes; 404 for those who were erased. Do not keep it."""
        response.headers.update(NO_STORE)
        return AddressAnswer.of(await self.queries.read(person_id))
