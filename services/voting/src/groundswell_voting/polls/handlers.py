"""What polls do when contests change; called by the worker's consumer, in one transaction."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import ContestPhaseChanged
from groundswell_voting.polls.commands import PollCommands


@dataclass(frozen=True)
class PollHandlers:
    """One method per event."""

    polls: PollCommands

    async def on_contest_phase_changed(self, event: CloudEvent) -> None:
        """A contest that enters voting brings its poll; one that leaves it closes its polls."""
        change = event.data
        if not isinstance(change, ContestPhaseChanged):
            raise TypeError(f"not a ContestPhaseChanged: {change.type}")
        if change.poll is not None:
            await self.polls.plan(event.brand_id, change.contest_id, change.poll)
        if change.from_phase == "voting":
            await self.polls.close_early(event.brand_id, change.contest_id)
