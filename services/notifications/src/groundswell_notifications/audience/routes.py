"""HTTP of what people want to be told: the contests they follow, and their choices of mails."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends

from groundswell_kit.access import EXPERT, STAFF_ROLES, Participant
from groundswell_kit.auth import Actor
from groundswell_kit.http import require
from groundswell_kit.paging import AskedPage
from groundswell_kit.problems import FieldError, validation
from groundswell_notifications.audience.commands import AudienceCommands
from groundswell_notifications.audience.queries import AudienceQueries
from groundswell_notifications.audience.rules import PERSON_KINDS, Kind, staff_kinds
from groundswell_notifications.audience.schemas import Choices, FollowAnswer, FollowPage

Recipient = Annotated[Actor, Depends(require("participant", *STAFF_ROLES, EXPERT))]
"""Whoever gets messages: somebody who takes part, or works for a brand."""


@dataclass(frozen=True, slots=True)
class AudienceRoutes:
    """Mounted by `app`."""

    commands: AudienceCommands
    queries: AudienceQueries

    def router(self) -> APIRouter:
        """All routes of follows and choices."""
        router = APIRouter(prefix="/v1", tags=["audience"])
        router.get("/follows")(self.list_follows)
        router.get("/follows/{contest_id}")(self.get_follow)
        router.put("/follows/{contest_id}")(self.follow)
        router.delete("/follows/{contest_id}", status_code=204)(self.unfollow)
        router.get("/preferences")(self.get_preferences)
        router.put("/preferences")(self.set_preferences)
        return router

    async def list_follows(self, participant: Participant, page: AskedPage) -> FollowPage:
        """The contests that the caller follows."""
        found = await self.queries.follows(participant.subject, page.behind, page.wanted)
        shown, cursor = page.cut(found)
        items = [FollowAnswer.model_validate(follow) for follow in shown]
        return FollowPage(items=items, next=cursor)

    async def get_follow(self, contest_id: str, participant: Participant) -> FollowAnswer:
        """Since when the caller follows the contest; 404 when they do not."""
        follow = await self.queries.follow(participant.subject, contest_id)
        return FollowAnswer.model_validate(follow)

    async def follow(self, contest_id: str, participant: Participant) -> FollowAnswer:
        """Follow a contest: hear of all that happens in it from now on. A repeat is safe."""
        follow = await self.commands.follow(participant.subject, contest_id)
        return FollowAnswer.model_validate(follow)

    async def unfollow(self, contest_id: str, participant: Participant) -> None:
        """Follow a contest no longer. Who handed in an idea hears of the contest all the same."""
        await self.commands.unfollow(participant.subject, contest_id)

    async def get_preferences(self, recipient: Recipient) -> Choices:
        """For each kind of message that the caller may get whether it also comes as a mail."""
        return Choices.of(await self.queries.choices(recipient.subject, _kinds_for(recipient)))

    async def set_preferences(self, recipient: Recipient, body: Choices) -> Choices:
        """Choose for each kind of message, none left out, whether it also comes as a mail."""
        kinds = _kinds_for(recipient)
        if body.root.keys() != set(kinds):
            message = f"name each of these and no other: {', '.join(kinds)}"
            raise validation(FieldError("body", "kinds", message))
        await self.commands.choose(recipient.subject, body.wanted())
        return Choices.of(await self.queries.choices(recipient.subject, kinds))


def _kinds_for(recipient: Actor) -> tuple[Kind, ...]:
    return PERSON_KINDS if "participant" in recipient.roles else staff_kinds(recipient.roles)
