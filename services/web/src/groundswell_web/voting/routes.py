"""The form behind each vote button."""

import re
from dataclasses import dataclass

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from groundswell_web.sessions.visitors import Id, OwnSite, SignedForm
from groundswell_web.voting.commands import VotingCommands

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


@dataclass(frozen=True, slots=True)
class VotingRoutes:
    """Mounted by `app`."""

    commands: VotingCommands

    def router(self) -> APIRouter:
        """The one route of voting."""
        router = APIRouter()
        router.post("/contests/{contest_id}/votes", dependencies=[OwnSite])(self.vote)
        return router

    async def vote(self, contest_id: Id, form: SignedForm) -> Response:
        """Casts a vote, and shows on the contest's page that it was taken."""
        poll_id, idea_id = form.get("poll_id"), form.get("idea_id")
        if not (_ID.fullmatch(poll_id) and _ID.fullmatch(idea_id)):
            raise HTTPException(400)
        await self.commands.vote(form.person, poll_id, idea_id)
        shown = f"?poll={poll_id}" if form.get("several") == "yes" else ""
        return RedirectResponse(f"/contests/{contest_id}{shown}#your-vote", 303)
