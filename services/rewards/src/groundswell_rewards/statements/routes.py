"""HTTP of a person's statement."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_kit.access import Participant
from groundswell_kit.paging import AskedPage
from groundswell_rewards.grants.schemas import RewardAnswer
from groundswell_rewards.ledger.schemas import EntryAnswer
from groundswell_rewards.plans.schemas import MoneyAnswer
from groundswell_rewards.statements.queries import StatementQueries
from groundswell_rewards.statements.schemas import StatementAnswer


@dataclass(frozen=True, slots=True)
class StatementRoutes:
    """Mounted by `app`."""

    queries: StatementQueries

    def router(self) -> APIRouter:
        """All routes of statements."""
        router = APIRouter(prefix="/v1/statements", tags=["statements"])
        router.get("/me")(self.get_statement)
        return router

    async def get_statement(self, person: Participant, page: AskedPage) -> StatementAnswer:
        """What the caller is owed and what for: balances, rewards and their entries."""
        statement = await self.queries.of(person.subject, page.behind, page.wanted)
        shown, cursor = page.cut(statement.rewards)
        ids = {reward.id for reward in shown}
        return StatementAnswer(
            balances=[MoneyAnswer.model_validate(amount) for amount in statement.balances],
            entries=[
                EntryAnswer.model_validate(entry)
                for entry in statement.entries
                if entry.reward_id in ids
            ],
            rewards=[RewardAnswer.of(reward) for reward in shown],
            next=cursor,
        )
