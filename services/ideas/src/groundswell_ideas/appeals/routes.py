"""HTTP of appeals."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.appeals.commands import AppealCommands
from groundswell_ideas.appeals.queries import AppealQueries
from groundswell_ideas.appeals.schemas import AppealAnswer, NewAppeal
from groundswell_kit.access import AnyReader, Participant


@dataclass(frozen=True, slots=True)
class AppealRoutes:
    """Mounted by `app`."""

    commands: AppealCommands
    queries: AppealQueries

    def router(self) -> APIRouter:
        """All routes of appeals."""
        router = APIRouter(prefix="/v1", tags=["moderation"])
        router.put("/ideas/{idea_id}/appeal")(self.appeal_idea)
        router.get("/ideas/{idea_id}/appeal")(self.get_idea_appeal)
        router.put("/comments/{comment_id}/appeal")(self.appeal_comment)
        router.get("/comments/{comment_id}/appeal")(self.get_comment_appeal)
        return router

    async def appeal_idea(
        self, idea_id: str, participant: Participant, body: NewAppeal
    ) -> AppealAnswer:
        """Ask, once and within 14 days, for another look at your idea that was turned down."""
        appeal = await self.commands.appeal_idea(idea_id, participant.subject, body.words)
        return AppealAnswer.of(appeal)

    async def get_idea_appeal(self, idea_id: str, reader: AnyReader) -> AppealAnswer:
        """What the author of an idea had to say, and the answer; for them and the brand's staff."""
        appeal = await self.queries.of_idea(idea_id, reader.staff_of, reader.subject)
        return AppealAnswer.of(appeal)

    async def appeal_comment(
        self, comment_id: str, participant: Participant, body: NewAppeal
    ) -> AppealAnswer:
        """Ask, once and within 14 days, for another look at your comment that was turned down."""
        appeal = await self.commands.appeal_comment(comment_id, participant.subject, body.words)
        return AppealAnswer.of(appeal)

    async def get_comment_appeal(self, comment_id: str, reader: AnyReader) -> AppealAnswer:
        """What the author of a comment had to say, and the answer."""
        appeal = await self.queries.of_comment(comment_id, reader.staff_of, reader.subject)
        return AppealAnswer.of(appeal)
