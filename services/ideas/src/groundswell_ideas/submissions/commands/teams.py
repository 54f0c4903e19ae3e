"""What the members of an idea's team can do: confirm their share, and leave."""

from dataclasses import dataclass

from groundswell_ideas.admission.commands import AdmissionCommands
from groundswell_ideas.admission.rules import Declaration, Entrant
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.submissions.rules import Idea, belongs_to, may_see
from groundswell_ideas.submissions.rules.teams import (
    has_joined,
    joined,
    left,
    obstacles_to_joining,
)
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import forbidden, not_found
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class TeamCommands:
    """Each verb is one transaction."""

    contests: ContestQueries
    ideas: IdeaStore
    admission: AdmissionCommands

    async def join(
        self,
        idea_id: str,
        entrant: Entrant,
        seen: int | None,
        declaration: Declaration | None,
    ) -> Idea:
        """Confirms that somebody belongs to the team, for their share. A repeat changes nothing.

        Refused when they have `seen` another share than the one that is named by now, and for
        whom the contest is not, by what they declare of themselves.
        """

        async def work() -> Idea:
            idea, now = await self._of_team(idea_id, entrant.participant_id), utc_now()
            refuse_for(obstacles_to_joining(idea, entrant.participant_id, seen))
            if has_joined(idea, entrant.participant_id):
                return idea
            contest = await self.contests.read(idea.contest_id, staff_of=None)
            declared = await self.admission.declare(contest, entrant, declaration, now)
            confirmed = joined(idea, entrant.participant_id, declared, now)
            await self.ideas.save(idea.brand_id, confirmed, [])
            return confirmed

        return await transaction(self.ideas.client, work)

    async def leave(self, idea_id: str, participant_id: str) -> None:
        """Takes somebody out of the team; their share goes back to who handed the idea in."""

        async def work() -> None:
            idea = await self._of_team(idea_id, participant_id)
            await self.ideas.save(idea.brand_id, left(idea, participant_id), [])

        await transaction(self.ideas.client, work)

    async def _of_team(self, idea_id: str, participant_id: str) -> Idea:
        """An idea in whose team this person is named, beside who handed it in."""
        idea = await self.ideas.find_public(idea_id)
        if idea is None or not may_see(idea, None, participant_id):
            raise not_found("There is no such idea.")
        if not belongs_to(idea, participant_id) or idea.participant_id == participant_id:
            raise forbidden("Only members of the team may do this.")
        return idea
