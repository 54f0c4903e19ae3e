"""What can be read of appeals: by the author, and by staff of the brand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from groundswell_ideas.appeals.rules import Appeal
from groundswell_ideas.appeals.store import AppealStore
from groundswell_ideas.discussion.queries import DiscussionQueries
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_kit.problems import not_found


@dataclass(frozen=True, slots=True)
class AppealQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    ideas: SubmissionQueries
    discussion: DiscussionQueries
    appeals: AppealStore

    async def of_idea(self, idea_id: str, staff_of: str | None, subject: str | None) -> Appeal:
        """The appeal for an idea. Raises the not-found problem for who has no business with it."""
        idea = await self.ideas.read(idea_id, staff_of, subject)
        return await self._one(idea.brand_id, idea.id, staff_of, subject)

    async def of_comment(
        self, comment_id: str, staff_of: str | None, subject: str | None
    ) -> Appeal:
        """The appeal for a comment. Raises the not-found problem likewise."""
        comment = await self.discussion.read(comment_id, staff_of, subject)
        return await self._one(comment.brand_id, comment.id, staff_of, subject)

    async def find(self, brand_id: str, subject_ids: Sequence[str]) -> Mapping[str, Appeal]:
        """The appeals of these subjects of the brand, by subject."""
        return await self.appeals.find(brand_id, subject_ids)

    async def _one(
        self, brand_id: str, subject_id: str, staff_of: str | None, subject: str | None
    ) -> Appeal:
        appeal = (await self.appeals.find(brand_id, [subject_id])).get(subject_id)
        if appeal is None or (brand_id != staff_of and appeal.author_id != subject):
            raise not_found("There is no such appeal.")
        return appeal
