"""What can be done with polls: plan one, and ask that it closes early."""

from dataclasses import dataclass

from groundswell_contracts.contests import PollPlan
from groundswell_voting.polls.rules import Poll
from groundswell_voting.polls.store import PollStore


@dataclass(frozen=True)
class PollCommands:
    """Called by the handlers of contest events, inside their transaction."""

    store: PollStore

    async def plan(self, brand_id: str, contest_id: str, plan: PollPlan) -> None:
        """Take over a poll that a contest opens; the state machine does the rest."""
        await self.store.insert(
            Poll(
                poll_id=plan.poll_id,
                brand_id=brand_id,
                contest_id=contest_id,
                idea_ids=tuple(plan.idea_ids),
                ideas_per_ballot=plan.rules.ideas_per_ballot,
                closes_at=plan.closes_at,
            )
        )

    async def close_early(self, brand_id: str, contest_id: str) -> None:
        """Close the open polls of a contest, by announcement first. Safe to repeat."""
        await self.store.request_closing(brand_id, contest_id)
