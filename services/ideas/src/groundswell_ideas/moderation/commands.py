"""What an editor can do with a submitted idea: approve it or reject it."""

from dataclasses import dataclass

from groundswell_contracts.ideas import IdeaApproved, IdeaRejected
from groundswell_ideas.moderation.rules import Decision, decide, is_repeat, obstacles_to_deciding
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class ModerationCommands:
    """Decisions are final. The same one again changes nothing and tells nobody."""

    ideas: IdeaStore

    async def approve(self, brand_id: str, idea_id: str, reason: str | None) -> Idea:
        """Lets an idea take part; everybody may read it from now on."""
        return await self._decide(brand_id, idea_id, "approved", reason)

    async def reject(self, brand_id: str, idea_id: str, reason: str) -> Idea:
        """Turns an idea down; its author reads the reason."""
        return await self._decide(brand_id, idea_id, "rejected", reason)

    async def _decide(
        self, brand_id: str, idea_id: str, decision: Decision, reason: str | None
    ) -> Idea:
        async def work() -> Idea:
            idea = await self.ideas.get(brand_id, idea_id)
            if is_repeat(idea, decision):
                return idea
            refuse_for(obstacles_to_deciding(idea, decision))
            decided = decide(idea, decision, reason, utc_now())
            await self.ideas.save(brand_id, decided, [_event(decided)])
            return decided

        return await transaction(self.ideas.client, work)


def _event(idea: Idea) -> IdeaApproved | IdeaRejected:
    event_class = IdeaApproved if idea.status == "approved" else IdeaRejected
    return event_class.model_validate(
        {
            "idea_id": idea.id,
            "contest_id": idea.contest_id,
            "participant_id": idea.participant_id,
            "title": idea.title,
            "reason": idea.reason,
        }
    )
