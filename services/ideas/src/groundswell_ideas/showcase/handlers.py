"""What the service hears of votes: steps of ladders reached or missed, links that led to them."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.tallies import ThresholdMissed, ThresholdReached, VotesAttributed
from groundswell_ideas.showcase.commands import AttributionCommands, LadderCommands
from groundswell_ideas.showcase.rules.votes import Step


@dataclass(frozen=True, slots=True)
class LadderHandlers:
    """Called by the worker's consumer, each event once and in the transaction of its effect."""

    ladders: LadderCommands

    async def on_threshold(self, event: CloudEvent) -> None:
        """Keeps the step."""
        told = event.data
        if not isinstance(told, ThresholdReached | ThresholdMissed):
            raise TypeError(f"{told.type} is no step of a ladder")
        reached = isinstance(told, ThresholdReached)
        step = Step(
            brand_id=event.brand_id,
            idea_id=told.idea_id,
            poll_id=told.poll_id,
            step=told.step,
            votes=told.votes,
            reached=reached,
            at=told.reached_at if isinstance(told, ThresholdReached) else told.deadline,
        )
        await self.ladders.keep(step)


@dataclass(frozen=True, slots=True)
class AttributionHandlers:
    """Called by the worker's consumer, each event once and in the transaction of its effect."""

    attributions: AttributionCommands

    async def on_votes_attributed(self, event: CloudEvent) -> None:
        """Keeps by which links the votes of an idea came."""
        told = event.data
        if not isinstance(told, VotesAttributed):
            raise TypeError(f"{told.type} does not tell of links")
        votes = [(link.via, link.votes) for link in told.links]
        await self.attributions.keep(event.brand_id, told.poll_id, told.idea_id, votes, told.others)
