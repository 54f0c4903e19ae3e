"""What a participant can do: hand in an idea."""

from collections.abc import Mapping
from dataclasses import dataclass

from groundswell_contracts.ideas import IdeaSubmitted
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.submissions.rules import Idea, obstacles_to_submitting
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class SubmissionCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestQueries
    ideas: IdeaStore

    async def submit(
        self,
        contest_id: str,
        participant_id: str,
        title: str,
        summary: str,
        fields: Mapping[str, str],
    ) -> Idea:
        """Hands in an idea, which then waits for an editor. Refused when submissions are over."""

        async def work() -> Idea:
            contest = await self.contests.read(contest_id, staff_of=None)
            now = utc_now()
            refuse_for(obstacles_to_submitting(contest, now))
            idea = Idea(
                brand_id=contest.brand_id,
                contest_id=contest.id,
                id=new_id("idea"),
                participant_id=participant_id,
                title=title,
                summary=summary,
                fields=fields,
                submitted_at=now,
            )
            await self.ideas.add(idea.brand_id, idea, [_submitted(idea)])
            return idea

        return await transaction(self.ideas.client, work)


def _submitted(idea: Idea) -> IdeaSubmitted:
    return IdeaSubmitted(
        idea_id=idea.id,
        contest_id=idea.contest_id,
        participant_id=idea.participant_id,
        title=idea.title,
        summary=idea.summary,
    )
