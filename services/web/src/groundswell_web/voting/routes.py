"""The forms behind vote buttons and ballots."""

import re
from dataclasses import dataclass

from fastapi import APIRouter, Response
from starlette.exceptions import HTTPException

from groundswell_web.sessions.visitors import Form, Id, OwnSite, SignedForm
from groundswell_web.voting.commands import VotingCommands
from groundswell_web.voting.links import back_to
from groundswell_web.voting.rules import link_named

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_REVISION = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_TICK = "idea."


@dataclass(frozen=True, slots=True)
class VotingRoutes:
    """Mounted by `app`."""

    commands: VotingCommands

    def router(self) -> APIRouter:
        """All routes of voting."""
        router = APIRouter()
        router.post("/contests/{contest_id}/votes", dependencies=[OwnSite])(self.vote)
        router.post("/contests/{contest_id}/ballot", dependencies=[OwnSite])(self.state)
        return router

    async def vote(self, contest_id: Id, form: SignedForm) -> Response:
        """Casts a vote, and shows on the contest's page that it was taken."""
        poll_id, idea_id = _ids(form.get("poll_id"), form.get("idea_id"))
        await self.commands.vote(form.person, poll_id, idea_id, link_named(form.get("via")))
        return _back_to(contest_id, poll_id, form)

    async def state(self, contest_id: Id, form: SignedForm) -> Response:
        """States a ballot: the idea that is chosen, or all that are ticked, here and elsewhere."""
        ticked = [name.removeprefix(_TICK) for name in form.fields if name.startswith(_TICK)]
        chosen = [form.get("choice")] if form.get("choice") else []
        poll_id, *idea_ids = _ids(form.get("poll_id"), *ticked, *chosen)
        revision = form.get("revision")
        if not _REVISION.fullmatch(revision):
            raise HTTPException(400)
        via = link_named(form.get("via"))
        await self.commands.state(form.person, poll_id, idea_ids, int(revision), via)
        return _back_to(contest_id, poll_id, form)


def _ids(*texts: str) -> list[str]:
    if not all(_ID.fullmatch(text) for text in texts):
        raise HTTPException(400)
    return list(texts)


def _back_to(contest_id: str, poll_id: str, form: Form) -> Response:
    shown = {"poll": poll_id} if form.get("several") == "yes" else {}
    via = link_named(form.get("via"))
    return back_to(f"/contests/{contest_id}", via, "your-vote", **shown)
