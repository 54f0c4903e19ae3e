"""What the service hears of ladders: steps that ideas reached, and steps that they missed."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.tallies import ThresholdMissed, ThresholdReached
from groundswell_ideas.reviews.commands import ReviewCommands


@dataclass(frozen=True, slots=True)
class ReviewHandlers:
    """Called by the worker's consumer, each event once and in the transaction of its effect."""

    reviews: ReviewCommands

    async def on_threshold_reached(self, event: CloudEvent) -> None:
        """Takes an idea in for review when the step was the last one."""
        if not isinstance(event.data, ThresholdReached):
            raise TypeError(f"{event.data.type} reaches nothing")
        reached = event.data
        await self.reviews.reached(
            event.brand_id,
            reached.contest_id,
            reached.poll_id,
            reached.idea_id,
            step=reached.step,
            votes=reached.votes,
            at=reached.reached_at,
        )

    async def on_threshold_missed(self, event: CloudEvent) -> None:
        """Answers an idea whose time was over."""
        if not isinstance(event.data, ThresholdMissed):
            raise TypeError(f"{event.data.type} misses nothing")
        missed = event.data
        reason = f"It had {missed.votes:,} votes when the time for step {missed.step} was over."
        await self.reviews.missed(event.brand_id, missed.idea_id, reason)
