"""HTTP of merges."""

from dataclasses import dataclass

from fastapi import APIRouter

from groundswell_ideas.merging.commands import MergingCommands
from groundswell_ideas.merging.queries import MergingQueries
from groundswell_ideas.merging.schemas import MergedAnswer, MergedList, NewMerge, Undoing
from groundswell_ideas.submissions.schemas import IdeaAnswer
from groundswell_kit.access import AnyReader, Editor
from groundswell_kit.http import Caller


@dataclass(frozen=True, slots=True)
class MergingRoutes:
    """Mounted by `app`."""

    commands: MergingCommands
    queries: MergingQueries

    def router(self) -> APIRouter:
        """All routes of merges."""
        router = APIRouter(prefix="/v1/ideas/{idea_id}", tags=["moderation"])
        router.post("/merge")(self.merge_idea)
        router.post("/unmerge")(self.unmerge_idea)
        router.get("/merged")(self.list_merged)
        return router

    async def merge_idea(
        self, idea_id: str, editor: Editor, caller: Caller, body: NewMerge
    ) -> IdeaAnswer:
        """Let an idea go on in another one that says the same; the same again changes nothing.

        While people vote on both, its votes go along, each voter counted once; the reason is that
        of an amendment, and it takes a manager. From a shortlist it has to go first. One that waits
        for its answer after the last step of its ladder takes the other one in instead.
        """
        idea = await self.commands.merge(
            editor.brand_id,
            editor.subject,
            idea_id,
            body.into_idea_id,
            body.why(),
            by_manager="manager" in caller.roles,
        )
        return IdeaAnswer.model_validate(idea)

    async def unmerge_idea(
        self, idea_id: str, editor: Editor, caller: Caller, body: Undoing
    ) -> IdeaAnswer:
        """Make an idea one of its own again, as it was before, until its votes have counted as one.

        That is when a poll has closed, or the other one has won. While people vote it has its votes
        back, and that takes a manager.
        """
        idea = await self.commands.unmerge(
            editor.brand_id,
            editor.subject,
            idea_id,
            body.reason,
            by_manager="manager" in caller.roles,
        )
        return IdeaAnswer.model_validate(idea)

    async def list_merged(self, idea_id: str, reader: AnyReader) -> MergedList:
        """The ideas that go on in this one, and who had them."""
        found = await self.queries.into(idea_id, reader.staff_of, reader.subject)
        return MergedList(
            items=[
                MergedAnswer(
                    idea_id=idea.id,
                    title=idea.title if readable else None,
                    authors=list(idea.authors),
                    reason=record.why.words,
                    merged_at=record.merged_at,
                    with_votes=record.with_votes,
                    votes_stayed=record.votes_stayed,
                )
                for record, idea, readable in found
            ]
        )
