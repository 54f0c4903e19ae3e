"""HTTP of milestones: tell one. A contest and its decision show them all."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_ideas.contests.parts import MilestoneAnswer
from groundswell_ideas.milestones.commands import MilestoneCommands
from groundswell_ideas.milestones.schemas import NewMilestone
from groundswell_kit.access import Manager
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency


@dataclass(frozen=True, slots=True)
class MilestoneRoutes:
    """Mounted by `app`."""

    commands: MilestoneCommands
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of milestones."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["milestones"])
        router.post("/milestones", status_code=201, response_model=MilestoneAnswer)(
            self.reach_milestone
        )
        return router

    async def reach_milestone(
        self,
        contest_id: str,
        manager: Manager,
        body: NewMilestone,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Tell everybody that a step of the work with the winners is done."""

        async def act() -> MilestoneAnswer:
            reached = await self.commands.reach(
                manager.brand_id, contest_id, body.title, body.words, body.idea_id
            )
            return MilestoneAnswer.model_validate(reached)

        stored = await self.idempotency.run(key, manager.key_scope, fingerprint, 201, act)
        return to_http(stored)
