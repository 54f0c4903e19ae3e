"""What becomes of an amendment that a poll could not take any more; everybody reads why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from groundswell_contracts.ideas import IdeaVotesStayed
from groundswell_ideas.amendments.rules.refusals import Refusal, Standing, as_it_stands
from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.merging.store import MergeStore
from groundswell_ideas.polls.rules import IdeaMerge, PollChange
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.mongo import transaction


@dataclass(frozen=True, slots=True)
class RefusalCommands:
    """One transaction, or part of the caller's. The same refusal again changes nothing."""

    contests: ContestStore
    amendments: AmendmentStore
    merges: MergeStore
    ideas: IdeaStore

    async def take(
        self, brand_id: str, contest_id: str, number: int, refusal: Refusal, standing: Standing
    ) -> None:
        """Keeps a refusal with its amendment, and has the contest's poll as voting has it.

        A merge stays one of the ideas; its author, who was told otherwise, is told that the votes
        did not go along. Raises LookupError for an amendment that there is not.
        """

        async def work() -> None:
            amendment = await self.amendments.get(brand_id, contest_id, number)
            if refusal.refused in {known.refused for known in amendment.refusals}:
                return
            poll_id = refusal.refused.poll_id
            later = await self.amendments.of_poll_behind(brand_id, contest_id, number, poll_id)
            contest = await self.contests.get(brand_id, contest_id)
            after = as_it_stands(contest, refusal.refused, standing, later)
            if after != contest:
                await self.contests.save(brand_id, after, [])
            await self.amendments.refuse(brand_id, amendment, refusal)
            for merge in refusal.refused.merged:
                await self._leave_votes(after, merge, refusal, later)

        await transaction(self.contests.client, work)

    async def _leave_votes(
        self, contest: Contest, merge: IdeaMerge, refusal: Refusal, later: Sequence[PollChange]
    ) -> None:
        """Nothing if it was undone meanwhile, or done once more."""
        brand_id, poll_id = contest.brand_id, refusal.refused.poll_id
        record = await self.merges.standing(brand_id, merge.idea_id)
        again = any(merge in change.merged for change in later)
        if record is None or record.into_idea_id != merge.into_idea_id or again:
            return
        along = any(merge in poll.merged for poll in contest.polls)
        stayed = replace(record, with_votes=along, votes_stayed=refusal.reason)
        await self.merges.put(brand_id, stayed)
        idea = await self.ideas.get(brand_id, merge.idea_id)
        told = IdeaVotesStayed(
            idea_id=idea.id,
            contest_id=idea.contest_id,
            participant_id=idea.participant_id,
            title=idea.title,
            into_idea_id=merge.into_idea_id,
            poll_id=poll_id,
            reason=refusal.reason,
        )
        await self.ideas.save(brand_id, idea, [told])
