"""What the service hears of people: that they are erased."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.people import PersonErased
from groundswell_ideas.erasure.commands import ErasureCommands


@dataclass(frozen=True, slots=True)
class ErasureHandlers:
    """Called by the worker's consumer, each event once and in the transaction of its effect."""

    erasure: ErasureCommands

    async def on_person_erased(self, event: CloudEvent) -> None:
        """Erases what is kept of the person, at all brands."""
        if not isinstance(event.data, PersonErased):
            raise TypeError(f"{event.data.type} erases nobody")
        await self.erasure.erase(event.data.person_id)
