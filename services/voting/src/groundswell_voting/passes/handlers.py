"""What passes need of new contests; called by the worker's consumer, in one transaction."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import ContestPublished
from groundswell_voting.passes.commands import ContestKeyCommands


@dataclass(frozen=True)
class PassHandlers:
    """One method per event."""

    contest_keys: ContestKeyCommands

    async def on_contest_published(self, event: CloudEvent) -> None:
        """A contest's voters get their pseudonyms under a key of its own."""
        if not isinstance(event.data, ContestPublished):
            raise TypeError(f"not a ContestPublished: {event.data.type}")
        await self.contest_keys.keep(event.brand_id, event.data.contest_id)
