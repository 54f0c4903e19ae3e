"""What people and staff can do in a discussion: comment, reply, edit and delete."""

from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.rules import ActedBy
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.cases.rules import Cause
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.discussion.rules import (
    COMMENTS,
    Comment,
    Kind,
    Speaker,
    deleted,
    edited,
    held,
    obstacles_to_commenting,
    obstacles_to_editing,
    obstacles_to_replying,
    waits,
)
from groundswell_ideas.discussion.store import CommentStore
from groundswell_ideas.quotas.commands import QuotaCommands
from groundswell_ideas.screening.commands import ScreeningCommands
from groundswell_ideas.screening.rules import Content
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.rules.entering import policy_of
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION, not_found
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class DiscussionCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestQueries
    ideas: SubmissionQueries
    comments: CommentStore
    screening: ScreeningCommands
    cases: CaseCommands
    audit: AuditCommands
    quotas: QuotaCommands

    async def post(
        self, idea_id: str, speaker: Speaker, kind: Kind, text: str, parent_id: str | None
    ) -> Comment:
        """Says something about an approved idea, or replies to what somebody said.

        It is public at once, or waits for an editor: as its contest moderates ideas.
        """

        async def work() -> Comment:
            now = utc_now()
            idea = await self._idea(idea_id, speaker)
            contest = await self.contests.read(idea.contest_id, speaker.staff_of)
            refuse_for(obstacles_to_commenting(contest, idea))
            about = await self._about(idea, kind, parent_id)
            if speaker.staff_of is None:
                await self.quotas.take(idea.brand_id, COMMENTS, speaker.id, now)
            comment = Comment(
                brand_id=idea.brand_id,
                contest_id=idea.contest_id,
                idea_id=idea.id,
                id=new_id("com"),
                parent_id=parent_id,
                kind=kind,
                about=about,
                author_id=speaker.id,
                by_staff=speaker.staff_of is not None,
                text=text,
                status="published",
                posted_at=now,
            )
            waiting = await self._screened(contest, comment, speaker, text, now)
            posted = held(comment) if waiting else replace(comment, shown=True)
            await self.comments.add(posted.brand_id, posted)
            if not waiting and speaker.staff_of is None:
                await self.cases.let_in(posted.subject, now)
            return posted

        return await transaction(self.comments.client, work)

    async def edit(self, comment_id: str, speaker: Speaker, text: str) -> Comment:
        """Says it otherwise, within 15 minutes; it is screened again. For its author alone."""

        async def work() -> Comment:
            now = utc_now()
            comment = await self._own(comment_id, speaker)
            refuse_for(obstacles_to_editing(comment, now))
            if comment.text == text:
                return comment
            if speaker.staff_of is None:
                await self.quotas.take(comment.brand_id, COMMENTS, speaker.id, now)
            contest = await self.contests.read(comment.contest_id, speaker.staff_of)
            waiting = await self._screened(contest, comment, speaker, text, now)
            after = edited(comment, text, waiting=waiting, at=now)
            await self.comments.save(after.brand_id, after)
            await self.audit.note(after.subject, "edited", _by(speaker), now)
            return after

        return await transaction(self.comments.client, work)

    async def delete(self, comment_id: str, speaker: Speaker) -> None:
        """Takes back what one has said: the text goes for good, a stone stays. A repeat is safe."""

        async def work() -> None:
            now = utc_now()
            comment = await self._own(comment_id, speaker)
            if comment.status == "deleted":
                return
            await self.comments.save(comment.brand_id, deleted(comment, now))
            await self.screening.forget(comment.brand_id, comment.id)
            await self.cases.settle(comment.brand_id, [comment.id])
            await self.audit.note(comment.subject, "deleted", _by(speaker), now)

        await transaction(self.comments.client, work)

    async def _idea(self, idea_id: str, speaker: Speaker) -> Idea:
        idea = await self.ideas.read(idea_id, speaker.staff_of, speaker.id)
        if speaker.staff_of not in (None, idea.brand_id):
            raise not_found("There is no such idea.")
        return idea

    async def _own(self, comment_id: str, speaker: Speaker) -> Comment:
        comment = await self.comments.find_public(comment_id)
        brand_id = None if comment is None or not comment.by_staff else comment.brand_id
        if comment is None or (comment.author_id, brand_id) != (speaker.id, speaker.staff_of):
            raise not_found("There is no such comment of yours.")
        return comment

    async def _about(self, idea: Idea, kind: Kind, parent_id: str | None) -> Kind:
        """The kind of what begins the thread, which there must be if it is a reply."""
        if parent_id is None:
            return kind
        parent = await self.comments.find_public(parent_id)
        refuse_for(obstacles_to_replying(idea, parent), VALIDATION)
        return kind if parent is None else parent.about

    async def _screened(
        self, contest: Contest, comment: Comment, speaker: Speaker, text: str, now: datetime
    ) -> bool:
        """Whether this text of the comment has to wait; then it is in the queue."""
        screening = await self.screening.screen(
            comment.brand_id,
            comment.contest_id,
            comment.id,
            Content(texts={"text": text}),
            policy_of(contest),
            among="comments",
        )
        waiting = waits(contest, speaker, held=screening.outcome == "hold")
        if waiting:
            cause: Cause = "screening" if screening.outcome == "hold" else "new"
            await self.cases.queue(comment.subject, cause, now)
        return waiting


def _by(speaker: Speaker) -> ActedBy:
    return ActedBy("participant" if speaker.staff_of is None else "staff", speaker.id)
