"""What polls do when contests change; called by the worker's consumer, in one transaction."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged
from groundswell_voting.polls.commands import PollCommands


@dataclass(frozen=True)
class PollHandlers:
    """One method per event."""

    polls: PollCommands

    async def on_contest_phase_changed(self, event: CloudEvent) -> None:
        """A contest that enters voting brings its polls; one that leaves it closes them."""
        change = event.data
        if not isinstance(change, ContestPhaseChanged):
            raise TypeError(f"not a ContestPhaseChanged: {change.type}")
        for poll in change.polls:
            await self.polls.plan(event.brand_id, change.contest_id, poll)
        if change.from_phase == "voting":
            await self.polls.close_early(event.brand_id, change.contest_id)

    async def on_contest_amended(self, event: CloudEvent) -> None:
        """An amendment brings a further poll, or changes one that is there."""
        amendment = event.data
        if not isinstance(amendment, ContestAmended):
            raise TypeError(f"not a ContestAmended: {amendment.type}")
        if amendment.poll_opened is not None:
            await self.polls.plan(event.brand_id, amendment.contest_id, amendment.poll_opened)
        if amendment.poll_changed is not None:
            await self.polls.amend(
                event.brand_id, amendment.contest_id, amendment.number, amendment.poll_changed
            )
