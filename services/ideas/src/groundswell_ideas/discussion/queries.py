"""What can be read of discussions, and by whom."""

from dataclasses import dataclass

from groundswell_ideas.discussion.rules import Comment, Kind, for_reader, may_read
from groundswell_ideas.discussion.store import CommentStore
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_kit.problems import not_found


@dataclass(frozen=True, slots=True)
class DiscussionQueries:
    """Reads only. `staff_of` is the brand that the reader works for, if any."""

    ideas: SubmissionQueries
    comments: CommentStore

    async def read(self, comment_id: str, staff_of: str | None, subject: str | None) -> Comment:
        """A comment as the reader sees it. Raises the not-found problem for what never was public.

        Its author and staff of the brand read that too.
        """
        comment = await self.comments.find_public(comment_id)
        if comment is None or not (comment.shown or may_read(comment, staff_of, subject)):
            raise not_found("There is no such comment.")
        await self.ideas.read(comment.idea_id, staff_of, subject)
        return for_reader(comment, staff_of, subject)

    async def page(
        self,
        idea_id: str,
        staff_of: str | None,
        subject: str | None,
        about: Kind | None,
        after: str | None,
        limit: int,
    ) -> list[Comment]:
        """The discussion of an idea as it came, each reply behind what it answers, after one.

        What waits for an editor is in the queue, and not here.
        """
        idea = await self.ideas.read(idea_id, staff_of, subject)
        behind = None if after is None else await self.comments.find_public(after)
        found = await self.comments.page(idea.brand_id, idea.id, about, behind, limit)
        return [for_reader(comment, staff_of, subject) for comment in found]
