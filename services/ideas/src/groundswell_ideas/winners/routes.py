"""HTTP of what becomes of winners: take the win, decline it, drop who is not verified."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.contests.rules import Payee
from groundswell_ideas.winners.commands import WinnerCommands
from groundswell_ideas.winners.schemas import (
    Acceptance,
    ConfirmedAnswer,
    NotVerified,
    Refusal,
    StandingAnswer,
)
from groundswell_kit.access import Manager, Participant


@dataclass(frozen=True, slots=True)
class WinnerRoutes:
    """Mounted by `app`."""

    commands: WinnerCommands

    def router(self) -> APIRouter:
        """All routes of winners."""
        router = APIRouter(prefix="/v1/contests/{contest_id}/winners/{idea_id}", tags=["selection"])
        router.post("/acceptance")(self.take_win)
        router.post("/refusal")(self.decline_win)
        router.post("/dropout")(self.drop_winner)
        return router

    async def take_win(
        self, contest_id: str, idea_id: str, participant: Participant, body: Acceptance
    ) -> ConfirmedAnswer:
        """Take a win of yours, and say who gets what is promised: you, or a charity."""
        payee = Payee(body.payee.kind, body.payee.name)
        winner = await self.commands.confirm(contest_id, idea_id, participant.subject, payee)
        return ConfirmedAnswer.model_validate(winner)

    async def decline_win(
        self, contest_id: str, idea_id: str, participant: Participant, body: Refusal
    ) -> StandingAnswer:
        """Decline a win of yours; who is next in line comes up."""
        return StandingAnswer.of(
            await self.commands.decline(contest_id, idea_id, participant.subject, body.reason)
        )

    async def drop_winner(
        self, contest_id: str, idea_id: str, manager: Manager, body: NotVerified
    ) -> StandingAnswer:
        """Drop a winner that cannot be verified; who is next in line comes up."""
        return StandingAnswer.of(
            await self.commands.drop(manager.brand_id, contest_id, idea_id, body.reason)
        )
