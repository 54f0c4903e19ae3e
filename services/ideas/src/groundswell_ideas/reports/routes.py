"""HTTP of reports: say what is wrong, and read what was said."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from groundswell_ideas.reports.commands import ReportCommands
from groundswell_ideas.reports.queries import ReportQueries
from groundswell_ideas.reports.schemas import NewReport, ReportAnswer, ReportPage
from groundswell_ideas.shapes import Id
from groundswell_kit.access import Editor, Participant
from groundswell_kit.paging import AskedPage


@dataclass(frozen=True, slots=True)
class ReportRoutes:
    """Mounted by `app`."""

    commands: ReportCommands
    queries: ReportQueries

    def router(self) -> APIRouter:
        """All routes of reports."""
        router = APIRouter(prefix="/v1", tags=["moderation"])
        router.put("/ideas/{idea_id}/report", status_code=204)(self.report_idea)
        router.put("/comments/{comment_id}/report", status_code=204)(self.report_comment)
        router.get("/moderation/reports")(self.list_reports)
        return router

    async def report_idea(self, idea_id: str, participant: Participant, body: NewReport) -> None:
        """Say that something is wrong with an idea. Once for each person; a repeat is safe."""
        await self.commands.report_idea(idea_id, participant.subject, body.value())

    async def report_comment(
        self, comment_id: str, participant: Participant, body: NewReport
    ) -> None:
        """Say that something is wrong with a comment. Once for each person; a repeat is safe."""
        await self.commands.report_comment(comment_id, participant.subject, body.value())

    async def list_reports(
        self,
        editor: Editor,
        page: AskedPage,
        subject_id: Annotated[Id | None, Query()] = None,
    ) -> ReportPage:
        """What people say is wrong with the brand's ideas and comments, since an editor looked."""
        found = await self.queries.page(editor.brand_id, subject_id, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        return ReportPage(items=[ReportAnswer.of(report) for report in shown], next=cursor)
