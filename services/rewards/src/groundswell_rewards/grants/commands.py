"""What becomes of a win: its reward is offered, accepted or declined; with the win it ends."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import not_found
from groundswell_kit.refusals import refuse_for
from groundswell_rewards.grants.news import news
from groundswell_rewards.grants.rules import (
    Acceptance,
    Reward,
    Status,
    Win,
    WinEnd,
    accepted,
    declined,
    ended,
    entries_missing,
    next_selection,
    obstacles_to_accepting,
    obstacles_to_declining,
    offered,
    offered_reward,
    reward_id,
    reward_of,
)
from groundswell_rewards.grants.store import WinStore
from groundswell_rewards.ledger.store import LedgerStore
from groundswell_rewards.plans.rules import Plan
from groundswell_rewards.plans.store import PlanStore


@dataclass(frozen=True, slots=True)
class GrantCommands:
    """Each verb is one transaction, or part of the caller's.

    Whatever becomes known of a win, the books are brought to what they must then say for it.
    """

    plans: PlanStore
    wins: WinStore
    ledger: LedgerStore

    async def keep_plan(self, brand_id: str, plan: Plan) -> None:
        """Keeps what a contest promises, and offers the rewards of wins that are known already.

        Raises ValueError for a contest that has a plan.
        """

        async def work() -> None:
            await self.plans.add(brand_id, plan)
            if plan.promise is not None:
                for win in await self.wins.waiting(brand_id, plan.contest_id):
                    await self._settle(offered(win, utc_now()), plan, None)

        await transaction(self.wins.client, work)

    async def select(
        self,
        brand_id: str,
        contest_id: str,
        idea_id: str,
        *,
        payee_id: str,
        idea_title: str,
        at: datetime,
    ) -> None:
        """Keeps a win, and offers its reward if the contest's plan is known.

        An idea that stands selected is not selected once more.
        """

        async def work() -> None:
            plan = await self.plans.hold(brand_id, contest_id)
            selection = next_selection(await self.wins.latest(brand_id, contest_id, idea_id))
            if selection is None:
                return
            promised = plan is not None and plan.promise is not None
            win = Win(
                id=reward_id(contest_id, idea_id, selection),
                brand_id=brand_id,
                contest_id=contest_id,
                idea_id=idea_id,
                selection=selection,
                payee_id=payee_id,
                idea_title=idea_title,
                selected_at=at,
                offered_at=utc_now() if promised else None,
            )
            await self._settle(win, plan, None)

        await transaction(self.wins.client, work)

    async def end(self, brand_id: str, contest_id: str, idea_id: str, end: WinEnd) -> None:
        """Takes back what an idea won. One that does not stand selected has won nothing."""

        async def work() -> None:
            win = await self.wins.latest(brand_id, contest_id, idea_id)
            if win is None or win.end is not None:
                return
            plan = await self.plans.find(brand_id, contest_id)
            reward = reward_of(win, plan)
            before = None if reward is None else reward.status
            await self._settle(ended(win, end), plan, before)

        await transaction(self.wins.client, work)

    async def accept(self, reward_id: str, payee_id: str, terms_hash: str) -> Reward:
        """Accepts the terms that have this hash, and books the prize.

        Refused when the reward is over, or when its terms are other ones. A repeat changes
        nothing. Raises the not-found problem for whoever is not the payee.
        """

        async def work(reward: Reward) -> Reward:
            given = reward.win.acceptance
            if given is not None and given.terms_hash == terms_hash:
                return reward
            refuse_for(obstacles_to_accepting(reward, terms_hash))
            win = accepted(reward.win, Acceptance(terms_hash, utc_now()))
            return await self._change(reward, win)

        return await self._as_payee(reward_id, payee_id, work)

    async def decline(self, reward_id: str, payee_id: str) -> Reward:
        """Refuses a reward for good; one that was granted is reversed.

        Refused when the reward was taken back before. A repeat changes nothing. Raises the
        not-found problem for whoever is not the payee.
        """

        async def work(reward: Reward) -> Reward:
            if reward.win.declined_at is not None:
                return reward
            refuse_for(obstacles_to_declining(reward))
            return await self._change(reward, declined(reward.win, utc_now()))

        return await self._as_payee(reward_id, payee_id, work)

    async def _as_payee(
        self, reward_id: str, payee_id: str, work: Callable[[Reward], Awaitable[Reward]]
    ) -> Reward:
        async def with_reward() -> Reward:
            win = await self.wins.find_public(reward_id)
            if win is None or win.payee_id != payee_id:
                raise not_found("There is no such reward.")
            plan = await self.plans.find(win.brand_id, win.contest_id)
            return await work(offered_reward(win, plan))

        return await transaction(self.wins.client, with_reward)

    async def _change(self, reward: Reward, win: Win) -> Reward:
        changed = replace(reward, win=win)
        await self._keep(changed, reward.status)
        return changed

    async def _settle(self, win: Win, plan: Plan | None, before: Status | None) -> None:
        """Keeps a win, with its reward if it has one."""
        reward = reward_of(win, plan)
        if reward is None:
            await self.wins.save(win.brand_id, win, [])
        else:
            await self._keep(reward, before)

    async def _keep(self, reward: Reward, before: Status | None) -> None:
        """Books what is missing for a reward, and keeps its win with the news since `before`."""
        brand_id = reward.win.brand_id
        booked = await self.ledger.of_reward(brand_id, reward.id)
        for entry in entries_missing(reward, booked, utc_now()):
            await self.ledger.append(brand_id, entry)
        await self.wins.save(brand_id, reward.win, news(reward, before))
