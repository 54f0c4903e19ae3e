"""Reading people."""

from dataclasses import dataclass

from groundswell_identity.people.rules import Person
from groundswell_identity.people.store import PersonStore
from groundswell_kit.problems import not_found


@dataclass(frozen=True, slots=True)
class PersonQueries:
    """What routes ask."""

    people: PersonStore

    async def find(self, person_id: str) -> Person | None:
        """Somebody by their id; None for nobody, and for those who were erased."""
        return await self.people.find(person_id)

    async def read(self, person_id: str) -> Person:
        """Somebody by their id; 404 for nobody, and for those who were erased."""
        person = await self.find(person_id)
        if person is None:
            raise not_found("There is no such person.")
        return person
