"""HTTP of rewards: read them, accept or decline one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_kit.access import Participant
from groundswell_kit.auth import Actor
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage
from groundswell_rewards.access import AnyParty, Finance
from groundswell_rewards.grants.commands import GrantCommands
from groundswell_rewards.grants.queries import GrantQueries
from groundswell_rewards.grants.rules import Reward
from groundswell_rewards.grants.schemas import NewAcceptance, RewardAnswer, RewardPage


@dataclass(frozen=True, slots=True)
class GrantRoutes:
    """Mounted by `app`."""

    commands: GrantCommands
    queries: GrantQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of rewards."""
        router = APIRouter(prefix="/v1", tags=["rewards"])
        reward = "/rewards/{reward_id}"
        router.get("/contests/{contest_id}/rewards")(self.list_rewards)
        router.get(reward)(self.get_reward)
        router.post(f"{reward}/acceptance", response_model=RewardAnswer)(self.accept_reward)
        router.post(f"{reward}/refusal", response_model=RewardAnswer)(self.decline_reward)
        return router

    async def list_rewards(self, contest_id: str, staff: Finance, page: AskedPage) -> RewardPage:
        """The rewards of a contest of the brand, as they were offered."""
        found = await self.queries.page(staff.brand_id, contest_id, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return RewardPage(items=[RewardAnswer.of(reward) for reward in shown], next=cursor)

    async def get_reward(self, reward_id: str, party: AnyParty) -> RewardAnswer:
        """A reward, for its payee and for who sees to the brand's money."""
        reward = await self.queries.read(reward_id, party.person_id, party.finance_of)
        return RewardAnswer.of(reward)

    async def accept_reward(
        self,
        reward_id: str,
        payee: Participant,
        body: NewAcceptance,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Accept the terms of a reward, which is the payee's from then on.

        `terms_hash` names the terms that the payee read. The same again changes nothing.
        """

        async def accept() -> Reward:
            return await self.commands.accept(reward_id, payee.subject, body.terms_hash)

        return await self._answered(payee, key, fingerprint, accept)

    async def decline_reward(
        self,
        reward_id: str,
        payee: Participant,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Decline a reward for good, one that was accepted too. The same again changes nothing."""

        async def decline() -> Reward:
            return await self.commands.decline(reward_id, payee.subject)

        return await self._answered(payee, key, fingerprint, decline)

    async def _answered(
        self,
        payee: Actor,
        key: str | None,
        fingerprint: str,
        act: Callable[[], Awaitable[Reward]],
    ) -> Response:
        async def answer() -> RewardAnswer:
            return RewardAnswer.of(await act())

        scope = f"participant {payee.subject}"
        return to_http(await self.idempotency.run(key, scope, fingerprint, 200, answer))
