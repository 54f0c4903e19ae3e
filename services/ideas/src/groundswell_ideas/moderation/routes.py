"""HTTP of an editor's decisions on ideas."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.moderation.commands import ModerationCommands
from groundswell_ideas.moderation.schemas import Approval, Rejection
from groundswell_ideas.submissions.schemas import IdeaAnswer
from groundswell_kit.access import Editor


@dataclass(frozen=True, slots=True)
class ModerationRoutes:
    """Mounted by `app`."""

    commands: ModerationCommands

    def router(self) -> APIRouter:
        """All routes of moderation."""
        router = APIRouter(prefix="/v1/ideas/{idea_id}", tags=["moderation"])
        router.post("/approve")(self.approve_idea)
        router.post("/reject")(self.reject_idea)
        return router

    async def approve_idea(
        self, idea_id: str, editor: Editor, body: Approval | None = None
    ) -> IdeaAnswer:
        """Let an idea take part. Final; the same again changes nothing."""
        reason = None if body is None else body.reason
        idea = await self.commands.approve(editor.brand_id, idea_id, reason)
        return IdeaAnswer.model_validate(idea)

    async def reject_idea(self, idea_id: str, editor: Editor, body: Rejection) -> IdeaAnswer:
        """Turn an idea down, with the reason that its author reads. Final, as approving is."""
        idea = await self.commands.reject(editor.brand_id, idea_id, body.reason)
        return IdeaAnswer.model_validate(idea)
