"""What the service hears from others: the certified tallies of voting."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.tallies import TallyCertified
from groundswell_ideas.selection.commands import SelectionCommands
from groundswell_ideas.selection.rules import CertifiedTally, RankedIdea


@dataclass(frozen=True, slots=True)
class SelectionHandlers:
    """Called by the worker's consumer, each event once and in the transaction of its effect."""

    selection: SelectionCommands

    async def on_tally_certified(self, event: CloudEvent) -> None:
        """Keeps the tally with its contest."""
        if not isinstance(event.data, TallyCertified):
            raise TypeError(f"{event.data.type} is no certified tally")
        certified = event.data
        tally = CertifiedTally(
            poll_id=certified.poll_id,
            ideas=tuple(
                RankedIdea(
                    idea.idea_id,
                    idea.votes,
                    idea.rank,
                    tuple(
                        (part.channel, part.votes[place])
                        for part in certified.channels
                        if part.votes[place]
                    ),
                )
                for place, idea in enumerate(certified.tally)
            ),
            verdicts=certified.verdicts,
            log_hash=certified.log_hash,
            certified_at=certified.certified_at,
        )
        await self.selection.keep_tally(event.brand_id, certified.contest_id, tally)
