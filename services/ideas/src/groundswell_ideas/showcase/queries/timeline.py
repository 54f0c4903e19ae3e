"""Putting together what happened to an idea, from everything that keeps a part of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.audit.rules import Act
from groundswell_ideas.audit.store import ActStore
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.merging.queries import MergingQueries
from groundswell_ideas.reviews.store import ReviewStore
from groundswell_ideas.selection.store import TallyStore
from groundswell_ideas.showcase.rules.timeline import (
    MOMENTS_MAXIMUM,
    VERBS_TOLD,
    Moment,
    Traces,
    timeline,
)
from groundswell_ideas.showcase.rules.votes import Place, place_of
from groundswell_ideas.showcase.store import StepStore
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.rules import Idea, may_see_record
from groundswell_ideas.submissions.store import IdeaStore

# Of what has no bound the newest are read: so many that it shows whether there are older ones.
_READ = MOMENTS_MAXIMUM + 1


@dataclass(frozen=True, slots=True)
class TallyQueries:
    """Reads only."""

    tallies: TallyStore

    async def places(self, contest: Contest, idea_id: str) -> list[Place]:
        """What an idea had in the certified tallies of its contest."""
        polls = {p.id: p for p in contest.polls if idea_id in p.all_idea_ids}
        found = await self.tallies.find_place(contest.brand_id, list(polls), idea_id)
        places = (place_of(idea_id, polls[tally.poll_id], tally) for tally in found)
        return [place for place in places if place is not None]


@dataclass(frozen=True, slots=True)
class TimelineQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    visible: SubmissionQueries
    contests: ContestQueries
    ideas: IdeaStore
    amendments: AmendmentStore
    tallies: TallyQueries
    reviews: ReviewStore
    merging: MergingQueries
    acts: ActStore
    steps: StepStore

    async def timeline(
        self, idea_id: str, staff_of: str | None, subject: str | None
    ) -> list[Moment]:
        """What happened to an idea that the reader may see, the oldest first."""
        idea = await self.visible.read(idea_id, staff_of, subject)
        contest = await self.contests.read(idea.contest_id, idea.brand_id)
        record = may_see_record(idea, staff_of, subject)
        brand_id = idea.brand_id
        merges = await self.merging.into(idea_id, staff_of, subject)
        traces = Traces(
            changes=await self.ideas.revisions.changes(brand_id, idea_id, _READ),
            amendments=await self.amendments.about(
                brand_id, contest.id, idea_id, [poll.id for poll in contest.polls]
            ),
            places=await self.tallies.places(contest, idea_id),
            steps=await self.steps.of_idea(brand_id, idea_id),
            review=await self.reviews.find(brand_id, contest.id, idea_id),
            taken_in=[merge for merge, _, readable in merges if readable],
            acts=await self._acts(idea) if record else (),
        )
        return timeline(idea, contest, traces, record=record)

    async def _acts(self, idea: Idea) -> Sequence[Act]:
        return await self.acts.last(idea.brand_id, idea.id, VERBS_TOLD, _READ)
