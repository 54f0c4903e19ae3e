"""HTTP of ballot passes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from groundswell_kit.auth import Actor
from groundswell_kit.http import require
from groundswell_voting.passes.commands import PassCommands
from groundswell_voting.passes.schemas import IssuedPass

Participant = Annotated[Actor, Depends(require("participant"))]


@dataclass(frozen=True, slots=True)
class PassRoutes:
    """Mounted by `app`."""

    commands: PassCommands

    def router(self) -> APIRouter:
        """All routes of passes."""
        router = APIRouter(prefix="/v1/polls/{poll_id}/passes", tags=["passes"])
        router.post("", status_code=201)(self.issue_pass)
        return router

    async def issue_pass(self, poll_id: str, participant: Participant) -> IssuedPass:
        """Get a ballot pass for the ballot box. Another one votes on the same ballot."""
        return await self.commands.issue(poll_id, participant.subject)
