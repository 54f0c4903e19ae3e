"""HTTP of an editor's decisions on single ideas and comments."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.audit.rules import UNSAID
from groundswell_ideas.discussion.schemas import CommentAnswer
from groundswell_ideas.moderation.commands import ModerationCommands
from groundswell_ideas.moderation.rules import Verdict
from groundswell_ideas.moderation.schemas import (
    Approval,
    CommentApproval,
    CommentRejection,
    Hold,
    Rejection,
)
from groundswell_ideas.submissions.schemas import IdeaAnswer
from groundswell_kit.access import Editor


@dataclass(frozen=True, slots=True)
class ModerationRoutes:
    """Mounted by `app`."""

    commands: ModerationCommands

    def router(self) -> APIRouter:
        """All routes of decisions."""
        router = APIRouter(prefix="/v1", tags=["moderation"])
        router.post("/ideas/{idea_id}/approve")(self.approve_idea)
        router.post("/ideas/{idea_id}/reject")(self.reject_idea)
        router.post("/ideas/{idea_id}/hold")(self.hold_idea)
        router.post("/comments/{comment_id}/approve")(self.approve_comment)
        router.post("/comments/{comment_id}/reject")(self.reject_comment)
        return router

    async def approve_idea(
        self, idea_id: str, editor: Editor, body: Approval | None = None
    ) -> IdeaAnswer:
        """Let an idea take part. Final until people report it; the same again changes nothing."""
        given = body or Approval()
        verdict = Verdict(
            kind="idea",
            subject_id=idea_id,
            decision="approved",
            why=given.why(),
            revision=given.revision,
        )
        idea = await self.commands.decide_idea(editor.brand_id, editor.subject, verdict)
        return IdeaAnswer.model_validate(idea)

    async def reject_idea(self, idea_id: str, editor: Editor, body: Rejection) -> IdeaAnswer:
        """Turn an idea down, with the reason that its author reads. Final unless they appeal."""
        verdict = Verdict(
            kind="idea",
            subject_id=idea_id,
            decision="rejected",
            why=body.why(),
            revision=body.revision,
        )
        idea = await self.commands.decide_idea(editor.brand_id, editor.subject, verdict)
        return IdeaAnswer.model_validate(idea)

    async def hold_idea(self, idea_id: str, editor: Editor, body: Hold) -> IdeaAnswer:
        """Take an approved idea out of the public eye until it is decided again.

        Not while people vote on it, or will. The same again changes nothing.
        """
        idea = await self.commands.hold_idea(editor.brand_id, editor.subject, idea_id, body.reason)
        return IdeaAnswer.model_validate(idea)

    async def approve_comment(
        self, comment_id: str, editor: Editor, body: CommentApproval | None = None
    ) -> CommentAnswer:
        """Let everybody read a comment. The same again changes nothing."""
        why = UNSAID if body is None else body.why()
        verdict = Verdict(kind="comment", subject_id=comment_id, decision="approved", why=why)
        comment = await self.commands.decide_comment(editor.brand_id, editor.subject, verdict)
        return CommentAnswer.of(comment)

    async def reject_comment(
        self, comment_id: str, editor: Editor, body: CommentRejection
    ) -> CommentAnswer:
        """Take a comment away, with the reason that its author reads; a stone stays."""
        why = body.why()
        verdict = Verdict(kind="comment", subject_id=comment_id, decision="rejected", why=why)
        comment = await self.commands.decide_comment(editor.brand_id, editor.subject, verdict)
        return CommentAnswer.of(comment)
