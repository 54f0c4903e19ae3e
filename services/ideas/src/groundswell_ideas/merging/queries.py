"""What can be read of merges: the ideas that go on in one."""

from dataclasses import dataclass

from groundswell_ideas.merging.rules import MergeRecord
from groundswell_ideas.merging.store import MergeStore
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.rules import Idea, may_see
from groundswell_ideas.submissions.store import IdeaStore


@dataclass(frozen=True, slots=True)
class MergingQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    visible: SubmissionQueries
    ideas: IdeaStore
    merges: MergeStore

    async def into(
        self, idea_id: str, staff_of: str | None, subject: str | None
    ) -> list[tuple[MergeRecord, Idea, bool]]:
        """The ideas that go on in one, each with whether the reader may read what it says."""
        into = await self.visible.read(idea_id, staff_of, subject)
        records = await self.merges.into(into.brand_id, into.id)
        ids = [record.idea_id for record in records]
        found = await self.ideas.find(into.brand_id, into.contest_id, ids)
        return [
            (record, found[record.idea_id], may_see(found[record.idea_id], staff_of, subject))
            for record in records
        ]
