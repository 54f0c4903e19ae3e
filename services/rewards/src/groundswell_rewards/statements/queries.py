"""Puts a person's statement together: what they are owed, what for, and how it was booked."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_kit.mongo import transaction
from groundswell_rewards.grants.rules import Reward, offered_reward
from groundswell_rewards.grants.store import WinStore
from groundswell_rewards.ledger.rules import Entry, owed
from groundswell_rewards.ledger.store import LedgerStore
from groundswell_rewards.plans.rules import Money
from groundswell_rewards.plans.store import PlanStore


@dataclass(frozen=True, slots=True)
class Statement:
    """A page of somebody's rewards with their entries, and what they are owed all in all."""

    balances: Sequence[Money]
    rewards: Sequence[Reward]
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class StatementQueries:
    """Reads only."""

    plans: PlanStore
    wins: WinStore
    ledger: LedgerStore

    async def of(self, payee_id: str, behind: str | None, limit: int) -> Statement:
        """The statement of a person, as it stands at one moment, the last reward first.

        Rewards are those behind the reward `behind`, entries are those of these rewards, balances
        are of all there are, whatever the brand.
        """

        async def work() -> Statement:
            wins = await self.wins.page_of_payee(payee_id, behind, limit)
            plans = await self.plans.of_payee({win.contest_id for win in wins})
            return Statement(
                balances=owed(await self.ledger.payable_to(payee_id)),
                rewards=[offered_reward(win, plans[win.contest_id]) for win in wins],
                entries=await self.ledger.of_payee(payee_id, [win.id for win in wins]),
            )

        return await transaction(self.wins.client, work)
