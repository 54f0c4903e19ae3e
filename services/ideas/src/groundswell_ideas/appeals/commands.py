"""Appealing, once, against a decision on what is one's own; and answering that."""

from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.appeals.rules import Appeal, answered, obstacles_to_appealing
from groundswell_ideas.appeals.store import AppealStore
from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.rules import ActedBy, Subject, Why
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.discussion.queries import DiscussionQueries
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.terms.rules import Obstacle
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import not_found
from groundswell_kit.refusals import refuse_for

_ONCE = Obstacle("appeal", "once", "it was appealed before, and can be once")


@dataclass(frozen=True, slots=True)
class AppealCommands:
    """`appeal_...` are a transaction each, `answer` is part of the caller's.

    The same words again change nothing.
    """

    contests: ContestQueries
    ideas: SubmissionQueries
    discussion: DiscussionQueries
    appeals: AppealStore
    cases: CaseCommands
    audit: AuditCommands

    async def appeal_idea(self, idea_id: str, author_id: str, words: str) -> Appeal:
        """Asks for another look at an idea that was turned down. For who handed it in."""

        async def work() -> Appeal:
            idea = await self.ideas.read(idea_id, None, author_id)
            if idea.participant_id != author_id:
                raise not_found("There is no such idea of yours.")
            subject = Subject(idea.brand_id, idea.contest_id, "idea", idea.id)
            return await self._appeal(subject, author_id, words, idea.status, idea.decided_at)

        return await transaction(self.appeals.client, work)

    async def appeal_comment(self, comment_id: str, author_id: str, words: str) -> Appeal:
        """Asks for another look at a comment that was turned down. For its author."""

        async def work() -> Appeal:
            comment = await self.discussion.read(comment_id, None, author_id)
            if comment.author_id != author_id or comment.by_staff:
                raise not_found("There is no such comment of yours.")
            subject, decided_at = comment.subject, comment.decided_at
            return await self._appeal(subject, author_id, words, comment.status, decided_at)

        return await transaction(self.appeals.client, work)

    async def answer(
        self, subject: Subject, by: ActedBy, now: datetime, *, approved: bool, why: Why
    ) -> None:
        """Answers the appeal of a subject that is decided again; nothing without an open one."""
        appeal = (await self.appeals.find(subject.brand_id, [subject.id])).get(subject.id)
        if appeal is None or appeal.outcome is not None:
            return
        after = answered(appeal, approved=approved, why=why, at=now)
        await self.appeals.put(subject.brand_id, after)
        outcome = "upheld" if approved else "declined"
        await self.audit.note(subject, "appeal_answered", by, now, why, outcome=outcome)

    async def _appeal(
        self, subject: Subject, author_id: str, words: str, status: str, decided_at: datetime | None
    ) -> Appeal:
        now = utc_now()
        before = (await self.appeals.find(subject.brand_id, [subject.id])).get(subject.id)
        if before is not None:
            refuse_for([] if before.words == words else [_ONCE])
            return before
        contest = await self.contests.read(subject.contest_id, None)
        refuse_for(obstacles_to_appealing(contest, status, decided_at, now))
        appeal = Appeal(subject=subject, author_id=author_id, words=words, appealed_at=now)
        await self.appeals.put(subject.brand_id, appeal)
        by = ActedBy("participant", author_id)
        await self.audit.note(subject, "appealed", by, now, Why(words=words))
        await self.cases.queue(subject, "appeal", now, by)
        return appeal
