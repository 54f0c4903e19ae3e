"""What can be read of rewards, and by whom."""

from dataclasses import dataclass

from groundswell_kit.problems import not_found
from groundswell_rewards.grants.rules import Reward, may_see, offered_reward
from groundswell_rewards.grants.store import WinStore
from groundswell_rewards.plans.queries import PlanQueries


@dataclass(frozen=True, slots=True)
class GrantQueries:
    """Reads only."""

    plans: PlanQueries
    wins: WinStore

    async def read(self, reward_id: str, person_id: str | None, finance_of: str | None) -> Reward:
        """A reward of this person, or of the brand whose money the reader sees to.

        Raises the not-found problem for any other.
        """
        win = await self.wins.find_public(reward_id)
        if win is None or not may_see(win, person_id, finance_of):
            raise not_found("There is no such reward.")
        return offered_reward(win, await self.plans.read(win.brand_id, win.contest_id))

    async def page(
        self, brand_id: str, contest_id: str, behind: str | None, limit: int
    ) -> list[Reward]:
        """Rewards of a contest as they were offered, from those behind the reward `behind`.

        Raises the not-found problem for a contest that is not the brand's.
        """
        plan = await self.plans.read(brand_id, contest_id)
        wins = await self.wins.page(brand_id, contest_id, behind, limit)
        return [offered_reward(win, plan) for win in wins]
