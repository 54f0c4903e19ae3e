"""HTTP of juries: appoint and replace, plan rounds, score, step aside."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Response

from groundswell_ideas.juries.commands import Appointed, JuryCommands
from groundswell_ideas.juries.queries import JuryQueries, Task
from groundswell_ideas.juries.schemas import (
    JurorAnswer,
    JuryAnswer,
    NewJuror,
    NewRecusal,
    NewRound,
    NewSheet,
    PanelAnswer,
    RecusalAnswer,
    Replacement,
    RoundAnswer,
    RoundProgress,
    RoundTimes,
    SheetAnswer,
    TaskAnswer,
    TaskPage,
    progress,
)
from groundswell_ideas.shapes import Id
from groundswell_ideas.terms.rules import Jury
from groundswell_kit.access import AnyStaff, Manager, Staff, staff
from groundswell_kit.clock import utc_now
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage
from groundswell_kit.problems import not_found

OfJury = Annotated[Staff, Depends(staff("juror"))]
"""A juror; which contests' is for the jury of each to say."""


@dataclass(frozen=True, slots=True)
class JuryRoutes:
    """Mounted by `app`."""

    commands: JuryCommands
    queries: JuryQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of juries."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["jury"])
        router.get("/jury")(self.get_jury)
        router.put("/jurors/{juror_id}")(self.appoint_juror)
        router.post("/jurors/{juror_id}/replacement")(self.replace_juror)
        router.post("/rounds", status_code=201, response_model=RoundAnswer)(self.plan_round)
        router.patch("/rounds/{round_id}")(self.set_times)
        router.post("/rounds/{round_id}/open")(self.open_round)
        router.post("/rounds/{round_id}/close")(self.close_round)
        router.get("/rounds/{round_id}/ideas")(self.list_tasks)
        router.put("/rounds/{round_id}/ideas/{idea_id}/scores")(self.score_idea)
        router.post("/recusals", status_code=201)(self.step_aside)
        return router

    async def get_jury(self, contest_id: str, reader: AnyStaff) -> JuryAnswer:
        """Who is on the jury, who has stepped aside, and how far the rounds are; no scores."""
        _, panel, rounds = await self.queries.overview(reader.brand_id, contest_id)
        now = utc_now()
        sitting = [juror.juror_id for juror in panel.jurors if juror.left_at is None]
        return JuryAnswer(
            jurors=PanelAnswer.of(panel).jurors,
            recusals=[RecusalAnswer.model_validate(recusal) for recusal in panel.recusals],
            rounds=[
                RoundProgress(
                    **RoundAnswer.of(each.of, now).model_dump(),
                    progress=progress(each.sheets, sitting),
                    ideas_with_quorum=each.with_quorum,
                )
                for each in rounds
            ],
        )

    async def appoint_juror(
        self, contest_id: str, juror_id: Id, manager: Manager, body: NewJuror
    ) -> JurorAnswer:
        """Put a member of staff on the jury of this contest."""
        who = Appointed(juror_id=juror_id, **body.model_dump())
        juror = await self.commands.appoint(manager.brand_id, contest_id, who)
        return JurorAnswer.model_validate(juror)

    async def replace_juror(
        self, contest_id: str, juror_id: Id, manager: Manager, body: Replacement
    ) -> PanelAnswer:
        """Take somebody off the jury, with a stand-in or without.

        What they gave in rounds that are not closed no longer counts.
        """
        stand_in = None if body.by is None else Appointed(**body.by.model_dump())
        return PanelAnswer.of(
            await self.commands.replace(
                manager.brand_id, contest_id, juror_id, body.reason, stand_in
            )
        )

    async def plan_round(
        self,
        contest_id: str,
        manager: Manager,
        body: NewRound,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Plan a round of scoring that opens and closes by the calendar, or by hand."""

        async def act() -> RoundAnswer:
            planned = await self.commands.plan(
                manager.brand_id, contest_id, body.name, body.purpose, body.opens, body.closes
            )
            return RoundAnswer.of(planned, utc_now())

        stored = await self.idempotency.run(key, manager.key_scope, fingerprint, 201, act)
        return to_http(stored)

    async def set_times(
        self, contest_id: str, round_id: str, manager: Manager, body: RoundTimes
    ) -> RoundAnswer:
        """Give a round other times; one that is open another end alone."""
        timed = await self.commands.set_times(
            manager.brand_id, contest_id, round_id, body.opens, body.closes
        )
        return RoundAnswer.of(timed, utc_now())

    async def open_round(self, contest_id: str, round_id: str, manager: Manager) -> RoundAnswer:
        """Open a round now."""
        timed = await self.commands.open(manager.brand_id, contest_id, round_id)
        return RoundAnswer.of(timed, utc_now())

    async def close_round(self, contest_id: str, round_id: str, manager: Manager) -> RoundAnswer:
        """Close a round now; it does not open again."""
        timed = await self.commands.close(manager.brand_id, contest_id, round_id)
        return RoundAnswer.of(timed, utc_now())

    async def list_tasks(
        self, contest_id: str, round_id: str, juror: OfJury, page: AskedPage
    ) -> TaskPage:
        """The ideas of a round as one of its jurors scores them: without their authors."""
        contest, found = await self.queries.tasks(
            juror.brand_id, contest_id, round_id, juror.subject, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        jury = contest.terms.selection.jury
        return TaskPage(items=[_task(jury, task) for task in shown], next=cursor)

    async def score_idea(
        self, contest_id: str, round_id: str, idea_id: str, juror: OfJury, body: NewSheet
    ) -> SheetAnswer:
        """Score an idea while the round is open; the same way again, to change it."""
        jury, sheet = await self.commands.score(
            juror.brand_id, contest_id, round_id, juror.subject, idea_id, body.scores, body.note
        )
        return SheetAnswer.of(jury, sheet)

    async def step_aside(self, contest_id: str, juror: OfJury, body: NewRecusal) -> RecusalAnswer:
        """Do not score one idea; a score given to it in a round that is not closed goes."""
        recusal = await self.commands.recuse(
            juror.brand_id, contest_id, juror.subject, body.idea_id, body.reason
        )
        return RecusalAnswer.model_validate(recusal)


def _task(jury: Jury | None, task: Task) -> TaskAnswer:
    if jury is None:
        raise not_found("The terms of this contest know no jury.")
    sheet = None if task.sheet is None else SheetAnswer.of(jury, task.sheet)
    return TaskAnswer.of(task.idea, sheet, task.closed_to_you)
