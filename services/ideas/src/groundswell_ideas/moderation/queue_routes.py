"""HTTP of the queue: what waits, who looks at it, and decisions on many at once."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query

from groundswell_ideas.audit.rules import SubjectKind
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.cases.rules import Cause, Wanted
from groundswell_ideas.moderation.commands import ModerationCommands, Outcome
from groundswell_ideas.moderation.queries import ModerationQueries
from groundswell_ideas.moderation.queue_schemas import (
    ClaimAnswer,
    Claims,
    NewClaims,
    QueuePage,
    Released,
    Releases,
    WaitingAnswer,
)
from groundswell_ideas.moderation.schemas import (
    Decisions,
    OutcomeAnswer,
    Outcomes,
    RefusalAnswer,
)
from groundswell_ideas.shapes import Id
from groundswell_kit.access import Editor
from groundswell_kit.paging import AskedPage


@dataclass(frozen=True, slots=True)
class QueueRoutes:
    """Mounted by `app`."""

    commands: ModerationCommands
    cases: CaseCommands
    queries: ModerationQueries

    def router(self) -> APIRouter:
        """All routes of the queue."""
        router = APIRouter(prefix="/v1/moderation", tags=["moderation"])
        router.get("/queue")(self.list_queue)
        router.post("/claims")(self.claim_cases)
        router.post("/releases")(self.release_cases)
        router.post("/decisions")(self.decide_many)
        return router

    async def list_queue(
        self,
        editor: Editor,
        page: AskedPage,
        contest_id: Annotated[Id | None, Query()] = None,
        kind: Annotated[SubjectKind | None, Query()] = None,
        cause: Annotated[Cause | None, Query()] = None,
        free: Annotated[bool, Query()] = False,
    ) -> QueuePage:
        """What waits, the oldest first; `free` leaves out what other editors have claimed."""
        wanted = Wanted(contest_id=contest_id, kind=kind, cause=cause, free=free)
        found = await self.queries.queue(
            editor.brand_id, editor.subject, wanted, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        return QueuePage(items=[WaitingAnswer.of(waiting) for waiting in shown], next=cursor)

    async def claim_cases(self, editor: Editor, body: NewClaims) -> Claims:
        """Take the oldest cases for 15 minutes; those of yours among them last longer."""
        cases = await self.cases.claim(editor.brand_id, editor.subject, body.value(), body.count)
        return Claims(items=[ClaimAnswer.of(case) for case in cases])

    async def release_cases(self, editor: Editor, body: Releases) -> Released:
        """Give cases back to the others. The same again changes nothing."""
        released = await self.cases.release(editor.brand_id, editor.subject, body.subject_ids)
        return Released(released=released)

    async def decide_many(self, editor: Editor, body: Decisions) -> Outcomes:
        """Decide up to 100 at once, each by itself; `items` tell what became of each.

        The same again changes nothing, so what broke off can be sent once more.
        """
        verdicts = [decision.value() for decision in body.decisions]
        outcomes = await self.commands.decide_all(editor.brand_id, editor.subject, verdicts)
        return Outcomes(items=[_answer(outcome) for outcome in outcomes])


def _answer(outcome: Outcome) -> OutcomeAnswer:
    decided, refused = outcome.decided, outcome.refused
    return OutcomeAnswer(
        kind=outcome.verdict.kind,
        id=outcome.verdict.subject_id,
        status=None if decided is None else decided.status,
        refused=None if refused is None else RefusalAnswer.of(refused),
    )
