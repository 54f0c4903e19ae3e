"""HTTP of ideas: hand in, change, take back, list, read."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Response

from groundswell_ideas.admission.rules import Entrant
from groundswell_ideas.caching import IfNoneMatch, cacheable, keeper_of
from groundswell_ideas.submissions.asking import AskedIdeas
from groundswell_ideas.submissions.commands import Consent, SubmissionCommands
from groundswell_ideas.submissions.commands.teams import TeamCommands
from groundswell_ideas.submissions.entry_schemas import (
    Confirmation,
    ConsentBody,
    IdeaChanges,
    IdeaOfSomebody,
    NewIdea,
    changed,
)
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.rules import Idea, Provenance
from groundswell_ideas.submissions.schemas import (
    IdeaAnswer,
    IdeaPage,
    Lineage,
    Relative,
    RevisionAnswer,
    RevisionPage,
)
from groundswell_kit.access import STAFF_ROLES, AnyReader, Editor, Participant
from groundswell_kit.auth import Actor
from groundswell_kit.http import IdempotencyKey, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.paging import AskedPage

OfContest = Annotated[str | None, Query(max_length=100)]


@dataclass(frozen=True, slots=True)
class SubmissionRoutes:
    """Mounted by `app`."""

    commands: SubmissionCommands
    teams: TeamCommands
    queries: SubmissionQueries
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of submissions."""
        router = APIRouter(prefix="/v1", tags=["ideas"])
        in_contest = "/contests/{contest_id}/ideas"
        router.post(in_contest, status_code=201, response_model=IdeaAnswer)(self.submit_idea)
        router.get(in_contest, response_model=IdeaPage)(self.list_ideas)
        router.post(f"{in_contest}/on-behalf", status_code=201, response_model=IdeaAnswer)(
            self.submit_for_somebody
        )
        router.get("/me/ideas")(self.list_own_ideas)
        router.get("/ideas/{idea_id}", response_model=IdeaAnswer)(self.get_idea)
        router.patch("/ideas/{idea_id}")(self.revise_idea)
        router.post("/ideas/{idea_id}/submit")(self.submit_draft)
        router.post("/ideas/{idea_id}/withdraw")(self.withdraw_idea)
        router.put("/ideas/{idea_id}/team/me")(self.join_team)
        router.delete("/ideas/{idea_id}/team/me", status_code=204)(self.leave_team)
        router.get("/ideas/{idea_id}/revisions")(self.list_revisions)
        router.get("/ideas/{idea_id}/lineage", response_model=Lineage)(self.get_lineage)
        return router

    async def submit_idea(
        self,
        contest_id: str,
        participant: Participant,
        body: NewIdea,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Hand in an idea while the contest takes submissions, or begin a draft of one."""

        async def act() -> IdeaAnswer:
            entry, entrant = body.entry(), _entrant(participant)
            if body.draft:
                idea = await self.commands.draft(contest_id, entrant.participant_id, entry)
            else:
                idea = await self.commands.hand_in(contest_id, entrant, entry, _consent(body))
            return IdeaAnswer.of(idea, None, participant.subject)

        scope = f"participant {participant.subject}"
        stored = await self.idempotency.run(key, scope, fingerprint, 201, act, _headers_of_new)
        return to_http(stored)

    async def submit_for_somebody(
        self,
        contest_id: str,
        editor: Editor,
        body: IdeaOfSomebody,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Hand in what somebody told you in person; the idea is theirs, and is told as such."""

        async def act() -> IdeaAnswer:
            provenance = Provenance(
                kind="staff",
                entered_by=editor.subject,
                on_behalf_of=body.on_behalf_of,
                original_at=body.original_at,
            )
            idea = await self.commands.enter_for(
                editor.brand_id,
                editor.subject,
                contest_id,
                Entrant(participant_id=body.participant_id),
                body.entry(),
                _consent(body),
                provenance,
            )
            return IdeaAnswer.of(idea, editor.brand_id, editor.subject)

        stored = await self.idempotency.run(
            key, editor.key_scope, fingerprint, 201, act, _headers_of_new
        )
        return to_http(stored)

    async def list_ideas(
        self,
        contest_id: str,
        reader: AnyReader,
        page: AskedPage,
        asked: AskedIdeas,
        if_none_match: IfNoneMatch = None,
    ) -> Response:
        """The approved ideas of a contest; for staff of the brand all that came in.

        They come as they were handed in unless `order` says otherwise. Shuffled ones come in an
        order that is fair to all of them, and stays the same for a `seed`, or for who is signed in.
        """
        found = await self.queries.page(
            contest_id, reader.staff_of, reader.subject, asked, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        items = [IdeaAnswer.of(one.idea, reader.staff_of, reader.subject) for one in shown]
        by_chance = asked.order == "shuffled" and asked.seed is None and reader.subject is None
        keeper = "nobody" if by_chance else keeper_of(reader.subject)
        answer = IdeaPage(items=items, next=cursor)
        return cacheable(answer, if_none_match, keeper, page.response.headers)

    async def list_own_ideas(
        self, participant: Participant, page: AskedPage, contest_id: OfContest = None
    ) -> IdeaPage:
        """Your ideas and those of your teams, drafts too, the last one begun first."""
        found = await self.queries.of_person(
            participant.subject, contest_id, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        items = [IdeaAnswer.of(idea, None, participant.subject) for idea in shown]
        return IdeaPage(items=items, next=cursor)

    async def get_idea(
        self, idea_id: str, reader: AnyReader, if_none_match: IfNoneMatch = None
    ) -> Response:
        """An approved idea; one that is not, for its people and staff of the brand alone."""
        idea = await self.queries.read(idea_id, reader.staff_of, reader.subject)
        answer = IdeaAnswer.of(idea, reader.staff_of, reader.subject)
        return cacheable(answer, if_none_match, keeper_of(reader.subject))

    async def revise_idea(
        self, idea_id: str, participant: Participant, body: IdeaChanges
    ) -> IdeaAnswer:
        """Change a draft, or an idea while its contest takes ideas and people do not vote on it.

        A change is screened, and waits for an editor again unless the contest publishes by itself.
        """
        patch = body.patch()
        idea = await self.commands.revise(
            idea_id, participant.subject, body.revision, lambda entry: changed(entry, patch)
        )
        return IdeaAnswer.of(idea, None, participant.subject)

    async def submit_draft(
        self, idea_id: str, participant: Participant, body: ConsentBody | None = None
    ) -> IdeaAnswer:
        """Hand in a draft as it is; the same again changes nothing."""
        idea = await self.commands.submit(
            idea_id, _entrant(participant), Consent() if body is None else _consent(body)
        )
        return IdeaAnswer.of(idea, None, participant.subject)

    async def withdraw_idea(self, idea_id: str, participant: Participant) -> IdeaAnswer:
        """Take an idea of yours back, off the ballots too. For good; a repeat changes nothing."""
        idea = await self.commands.withdraw(idea_id, participant.subject)
        return IdeaAnswer.of(idea, None, participant.subject)

    async def join_team(
        self, idea_id: str, participant: Participant, body: Confirmation | None = None
    ) -> IdeaAnswer:
        """Confirm that you belong to the idea's team, for the share that is named.

        You declare your age and country where the contest asks for it of those who enter.
        """
        said = body or Confirmation()
        declared = None if said.declaration is None else said.declaration.value()
        idea = await self.teams.join(idea_id, _entrant(participant), said.basis_points, declared)
        return IdeaAnswer.of(idea, None, participant.subject)

    async def leave_team(self, idea_id: str, participant: Participant) -> None:
        """Leave the idea's team; your share goes back to who handed it in."""
        await self.teams.leave(idea_id, participant.subject)

    async def list_revisions(
        self, idea_id: str, reader: AnyReader, page: AskedPage
    ) -> RevisionPage:
        """What an idea has said since it came in; for its people and staff of the brand alone."""
        found = await self.queries.revisions(
            idea_id, reader.staff_of, reader.subject, page.behind, page.wanted
        )
        shown, cursor = page.cut(found)
        return RevisionPage(items=[RevisionAnswer.of(one) for one in shown], next=cursor)

    async def get_lineage(
        self, idea_id: str, reader: AnyReader, if_none_match: IfNoneMatch = None
    ) -> Response:
        """Where an idea comes from, and the newest of what others made of it."""
        ancestors, remixes = await self.queries.lineage(idea_id, reader.staff_of, reader.subject)
        answer = Lineage(
            ancestors=[_relative(one) for one in ancestors],
            remixes=[_relative(one) for one in remixes],
        )
        return cacheable(answer, if_none_match, keeper_of(reader.subject))


def _relative(idea: Idea | str) -> Relative:
    if isinstance(idea, str):
        return Relative(id=idea, title=None, participant_id=None, share=None)
    share = None if idea.parent_idea_id is None else idea.parent_share
    return Relative(id=idea.id, title=idea.title, participant_id=idea.participant_id, share=share)


def _entrant(participant: Actor) -> Entrant:
    works = not participant.roles.isdisjoint(STAFF_ROLES)
    return Entrant(
        participant_id=participant.subject,
        staff_of=participant.brand_id if works else None,
        region=participant.region,
    )


def _consent(body: ConsentBody) -> Consent:
    said = body.declaration
    return Consent(
        declaration=None if said is None else said.value(), accepted_terms=body.accepted_terms
    )


def _headers_of_new(idea: IdeaAnswer) -> dict[str, str]:
    return {"Location": f"/v1/ideas/{idea.id}"}
