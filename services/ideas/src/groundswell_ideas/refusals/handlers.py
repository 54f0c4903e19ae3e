"""What the service hears from voting about its amendments: those that came too late for a poll."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import IdeaMerge as ToldMerge
from groundswell_contracts.tallies import AmendmentRefused
from groundswell_ideas.amendments.rules.refusals import Refusal, Standing
from groundswell_ideas.polls.rules import IdeaMerge, PollChange
from groundswell_ideas.refusals.commands import RefusalCommands


@dataclass(frozen=True, slots=True)
class RefusalHandlers:
    """Called by the worker's consumer, each event once and in the transaction of its effect."""

    refusals: RefusalCommands

    async def on_amendment_refused(self, event: CloudEvent) -> None:
        """Keeps the refusal with its amendment."""
        told = event.data
        if not isinstance(told, AmendmentRefused):
            raise TypeError(f"{told.type} is no refused amendment")
        part = told.refused
        refused = PollChange(
            poll_id=part.poll_id,
            added_idea_ids=part.added_idea_ids,
            removed_idea_ids=part.removed_idea_ids,
            merged=_merges(part.merged),
            unmerged=_merges(part.unmerged),
            closes_at=part.closes_at,
            paused=part.paused,
        )
        await self.refusals.take(
            event.brand_id,
            told.contest_id,
            told.number,
            Refusal(refused, told.code, told.reason, told.refused_at),
            Standing(
                on_ballot=told.on_ballot, merged=_merges(told.merged), closes_at=told.closes_at
            ),
        )


def _merges(told: tuple[ToldMerge, ...]) -> tuple[IdeaMerge, ...]:
    return tuple(IdeaMerge(merge.idea_id, merge.into_idea_id) for merge in told)
