"""What makes an idea public, and what takes it from the public again. Called by moderation too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundswell_contracts.event import Event
from groundswell_contracts.ideas import IdeaApproved
from groundswell_ideas.media.commands import MediaCommands
from groundswell_ideas.submissions.ballots import Ballots
from groundswell_ideas.submissions.rules import Idea, approved
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.mongo import transaction


@dataclass(frozen=True, slots=True)
class Publication:
    """Each verb is one transaction, or part of the caller's."""

    ideas: IdeaStore
    media: MediaCommands
    ballots: Ballots

    async def publish(
        self, idea: Idea, reason: str | None, now: datetime, events: Sequence[Event] = ()
    ) -> Idea:
        """Saves an idea that was read in this transaction as approved; told after `events`.

        Everybody sees its media from now on, and it comes on the ballots of a contest where people
        vote as ideas come in. The queue is the caller's business.
        """

        async def work() -> Idea:
            public = approved(idea, reason, now)
            event = IdeaApproved(
                idea_id=public.id,
                contest_id=public.contest_id,
                participant_id=public.participant_id,
                title=public.title,
                reason=reason,
                product_code=public.product_code,
            )
            await self.ideas.save(public.brand_id, public, [*events, event])
            await self.media.show(public.brand_id, public.id)
            await self.ballots.enlist(public, now)
            return public

        return await transaction(self.ideas.client, work)

    async def hide(self, before: Idea, after: Idea, events: Sequence[Event]) -> None:
        """Saves an idea that is not approved (any more), with its events, and hides its media.

        It is on no ballot, and comes on none that is made at this moment: whoever hides one that
        may be on some calls `Ballots.strike` too.
        """

        async def work() -> None:
            await self.ideas.save(after.brand_id, after, events)
            await self.media.hide(after.brand_id, after.id)
            if before.status == "approved":
                await self.ballots.touch(after)

        await transaction(self.ideas.client, work)
