"""HTTP of ideas: hand in, list, read."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from groundswell_ideas.submissions.commands import SubmissionCommands
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.rules import Status
from groundswell_ideas.submissions.schemas import IdeaAnswer, IdeaPage, NewIdea
from groundswell_kit.access import AnyReader, Participant
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage


@dataclass(frozen=True, slots=True)
class SubmissionRoutes:
    """Mounted by `app`."""

    commands: SubmissionCommands
    queries: SubmissionQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of submissions."""
        router = APIRouter(prefix="/v1", tags=["ideas"])
        in_contest = "/contests/{contest_id}/ideas"
        router.post(in_contest, status_code=201, response_model=IdeaAnswer)(self.submit_idea)
        router.get(in_contest)(self.list_ideas)
        router.get("/ideas/{idea_id}")(self.get_idea)
        return router

    async def submit_idea(
        self,
        contest_id: str,
        participant: Participant,
        body: NewIdea,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Hand in an idea while the contest takes submissions."""

        async def act() -> IdeaAnswer:
            idea = await self.commands.submit(
                contest_id, participant.subject, body.title, body.summary, body.fields
            )
            return IdeaAnswer.model_validate(idea)

        scope = f"participant {participant.subject}"
        stored = await self.idempotency.run(key, scope, fingerprint, 201, act, _headers_of_new)
        return to_http(stored)

    async def list_ideas(
        self,
        contest_id: str,
        reader: AnyReader,
        page: AskedPage,
        status: Annotated[Status | None, Query()] = None,
    ) -> IdeaPage:
        """The approved ideas of a contest as they came; for staff of the brand all of them."""
        found = await self.queries.page(
            contest_id, reader.staff_of, status, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        return IdeaPage(items=[IdeaAnswer.model_validate(idea) for idea in shown], next=cursor)

    async def get_idea(self, idea_id: str, reader: AnyReader) -> IdeaAnswer:
        """An approved idea; one that is not, for its author and staff of the brand alone."""
        idea = await self.queries.read(idea_id, reader.staff_of, reader.subject)
        return IdeaAnswer.model_validate(idea)


def _headers_of_new(idea: IdeaAnswer) -> dict[str, str]:
    return {"Location": f"/v1/ideas/{idea.id}"}
