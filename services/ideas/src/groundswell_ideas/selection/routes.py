"""HTTP of the selection: shortlist, vetoes, winners."""

from dataclasses import dataclass

from fastapi import APIRouter, Response

from groundswell_ideas.selection.commands import SelectionCommands
from groundswell_ideas.selection.rules import listed_in
from groundswell_ideas.selection.rules.winners import Choice
from groundswell_ideas.selection.schemas import (
    NewVeto,
    Selection,
    Shortlist,
    ShortlistAnswer,
    VetoAnswer,
    WinnerAnswer,
    WinnersAnswer,
)
from groundswell_kit.access import Editor, Manager
from groundswell_kit.etags import etag
from groundswell_kit.http import IdempotencyKey, IfMatch, RequestFingerprint, to_http
from groundswell_kit.idempotency import Idempotency


@dataclass(frozen=True, slots=True)
class SelectionRoutes:
    """Mounted by `app`."""

    commands: SelectionCommands
    idempotency: Idempotency

    def router(self) -> APIRouter:
        """All routes of the selection."""
        router = APIRouter(prefix="/v1/contests/{contest_id}", tags=["selection"])
        router.put("/shortlist")(self.set_shortlist)
        router.post("/vetoes", status_code=201, response_model=VetoAnswer)(self.veto_idea)
        router.post("/winners", status_code=201, response_model=WinnersAnswer)(self.select_winners)
        return router

    async def set_shortlist(
        self,
        contest_id: str,
        editor: Editor,
        body: Shortlist,
        response: Response,
        if_match: IfMatch = None,
    ) -> ShortlistAnswer:
        """Put these approved ideas, and no others, on the shortlist, until voting opens.

        It has the size that was promised; where a jury makes it, nobody is passed over.
        """
        contest = await self.commands.shortlist(
            editor.brand_id,
            contest_id,
            if_match,
            body.idea_ids,
            by=editor.subject,
            region=body.region,
        )
        response.headers["ETag"] = etag(contest.version)
        listed = list(listed_in(contest, body.region))
        return ShortlistAnswer(region=body.region, idea_ids=listed, version=contest.version)

    async def veto_idea(
        self,
        contest_id: str,
        manager: Manager,
        body: NewVeto,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Rule an idea out once the tally is certified, with the reason that everybody reads.

        A winner can be vetoed until the contest is closed, and wins no longer.
        """

        async def act() -> VetoAnswer:
            veto = await self.commands.veto(manager.brand_id, contest_id, body.idea_id, body.reason)
            return VetoAnswer.model_validate(veto)

        stored = await self.idempotency.run(key, manager.key_scope, fingerprint, 201, act)
        return to_http(stored)

    async def select_winners(
        self,
        contest_id: str,
        manager: Manager,
        body: Selection,
        fingerprint: RequestFingerprint,
        key: IdempotencyKey = None,
    ) -> Response:
        """Select the winners from deliberation on, with the reason that everybody reads.

        Under a binding vote, and where a jury or the weights of both decide, every idea that
        comes before a winner wins too or is vetoed. Others can be selected once all who won were
        vetoed, or while fewer stand than are to win.
        """
        alternates = None if body.alternate_ids is None else tuple(body.alternate_ids)
        choice = Choice(
            idea_ids=tuple(body.idea_ids),
            reason=body.reason,
            region=body.region,
            alternates=alternates,
        )

        async def act() -> WinnersAnswer:
            contest = await self.commands.select(manager.brand_id, contest_id, choice)
            return WinnersAnswer(
                items=[WinnerAnswer.model_validate(winner) for winner in contest.winners],
                alternate_ids=list(contest.alternates),
            )

        stored = await self.idempotency.run(key, manager.key_scope, fingerprint, 201, act)
        return to_http(stored)
