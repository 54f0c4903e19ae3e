"""What the service hears from ideas: what contests promise, who won, and who does no longer."""

from dataclasses import dataclass

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.contests import ContestPublished, RewardPlan
from groundswell_contracts.winners import WinnerDeclined, WinnerSelected, WinnerVetoed
from groundswell_rewards.grants.commands import GrantCommands
from groundswell_rewards.grants.rules import DECLINED, WinEnd
from groundswell_rewards.plans.rules import Money, Plan, Promise


@dataclass(frozen=True, slots=True)
class GrantHandlers:
    """Called by the worker's consumer, each event once and in the transaction of its effect.

    They may come in any order across topics; those of one contest's winners keep theirs.
    """

    grants: GrantCommands

    async def on_contest_published(self, event: CloudEvent) -> None:
        """Keeps what the contest promises. Raises ValueError for an amount that is none."""
        if not isinstance(event.data, ContestPublished):
            raise TypeError(f"{event.data.type} publishes no contest")
        plan = Plan(
            brand_id=event.brand_id,
            contest_id=event.data.contest_id,
            contest_title=event.data.title,
            promise=_promise(event.data.reward_plan),
        )
        await self.grants.keep_plan(event.brand_id, plan)

    async def on_winner_selected(self, event: CloudEvent) -> None:
        """Offers the winner the reward that the contest promises."""
        if not isinstance(event.data, WinnerSelected):
            raise TypeError(f"{event.data.type} selects no winner")
        await self.grants.select(
            event.brand_id,
            event.data.contest_id,
            event.data.idea_id,
            payee_id=event.data.participant_id,
            idea_title=event.data.title,
            at=event.time,
        )

    async def on_winner_vetoed(self, event: CloudEvent) -> None:
        """Takes back what the idea won, if it won."""
        if not isinstance(event.data, WinnerVetoed):
            raise TypeError(f"{event.data.type} vetoes nobody")
        end = WinEnd("vetoed", event.data.reason, event.time)
        await self.grants.end(event.brand_id, event.data.contest_id, event.data.idea_id, end)

    async def on_winner_declined(self, event: CloudEvent) -> None:
        """Takes back what the idea won: its author declined, or could not be verified.

        Books are kept of people who are erased: what the author said does not come into them.
        """
        if not isinstance(event.data, WinnerDeclined):
            raise TypeError(f"{event.data.type} declines nothing")
        cause = event.data.cause
        reason = DECLINED if cause == "declined" else event.data.reason
        end = WinEnd(cause, reason, event.time)
        await self.grants.end(event.brand_id, event.data.contest_id, event.data.idea_id, end)


def _promise(plan: RewardPlan | None) -> Promise | None:
    if plan is None:
        return None
    amount = plan.per_winner
    if amount.amount_minor <= 0:
        raise ValueError(f"no prize is of {amount.amount_minor} {amount.currency}")
    return Promise(Money(amount.amount_minor, amount.currency), plan.terms)
