"""What the rolls need of people; called by the worker's consumer, in one transaction."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.people import PersonErased
from groundswell_voting.electorate.commands import ErasureCommands


@dataclass(frozen=True)
class ElectorateHandlers:
    """One method per event."""

    people: ErasureCommands

    async def on_person_erased(self, event: CloudEvent) -> None:
        """Somebody is erased: no roll names them from now on."""
        if not isinstance(event.data, PersonErased):
            raise TypeError(f"not a PersonErased: {event.data.type}")
        await self.people.erase(event.data.person_id)
