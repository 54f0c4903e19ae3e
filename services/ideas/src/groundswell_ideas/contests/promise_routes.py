"""HTTP of what a brand goes through before it opens a contest, and of what its calendar did."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_ideas.contests.commands import ContestCommands
from groundswell_ideas.contests.previews import KEPT, preview_token
from groundswell_ideas.contests.promise_schemas import (
    PreviewLink,
    ReadinessAnswer,
    StaffToldAnswer,
    TimerAnswer,
    TimerList,
)
from groundswell_ideas.contests.queries import PromiseQueries
from groundswell_ideas.contests.readiness import staff_told
from groundswell_kit.access import AnyStaff, Editor, Manager
from groundswell_kit.clock import utc_now
from groundswell_kit.etags import etag


@dataclass(frozen=True, slots=True)
class PromiseRoutes:
    """Mounted by `app`. Previews are signed with `preview_secret`."""

    commands: ContestCommands
    queries: PromiseQueries
    preview_secret: bytes

    def router(self) -> APIRouter:
        """All routes of readiness."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["readiness"])
        router.get("/readiness")(self.get_readiness)
        router.post("/staff-briefing")(self.brief_staff)
        router.get("/timers")(self.list_timers)
        router.post("/preview", status_code=201)(self.make_preview)
        return router

    async def get_readiness(self, contest_id: str, staff: AnyStaff) -> ReadinessAnswer:
        """What participants are to be told before the contest opens: there, or missing."""
        sheet = await self.queries.readiness(staff.brand_id, contest_id)
        return ReadinessAnswer.of(sheet)

    async def brief_staff(
        self, contest_id: str, manager: Manager, response: Response
    ) -> StaffToldAnswer:
        """Tell the brand's staff of a draft, before everybody else, in the words for them.

        Once for each wording; a repeat tells nobody again. Where no manager does it, it is done
        right before the contest opens.
        """
        contest = await self.commands.brief_staff(manager.brand_id, contest_id)
        response.headers["ETag"] = etag(contest.version)
        return StaffToldAnswer.model_validate(staff_told(contest))

    async def list_timers(self, contest_id: str, staff: AnyStaff) -> TimerList:
        """What the contest does by itself and when, and what stood in the way of it."""
        timers = await self.queries.calendar(staff.brand_id, contest_id)
        return TimerList(items=[TimerAnswer.of(timer) for timer in timers])

    async def make_preview(self, contest_id: str, editor: Editor) -> PreviewLink:
        """Make a link that shows the contest to somebody without an account, for a week."""
        await self.queries.readiness(editor.brand_id, contest_id)
        expires_at = (utc_now() + KEPT).replace(microsecond=0)
        token = preview_token(contest_id, expires_at, self.preview_secret)
        return PreviewLink(url_token=token, expires_at=expires_at)
