"""Reporting what everybody sees; enough reports hide it until an editor has looked."""

from dataclasses import dataclass
from datetime import datetime

from groundswell_contracts.ideas import IdeaHeld
from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.rules import BY_REPORTS, ActedBy, Subject, Why
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.discussion.queries import DiscussionQueries
from groundswell_ideas.discussion.rules import held as comment_held
from groundswell_ideas.discussion.store import CommentStore
from groundswell_ideas.quotas.commands import QuotaCommands
from groundswell_ideas.reasons.rules import Reasons, obstacles_to_reporting
from groundswell_ideas.reports.rules import HOLD_AT, REPORTS, Report, held, is_to_be_held
from groundswell_ideas.reports.store import ReportStore
from groundswell_ideas.submissions.commands.publication import Publication
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION, not_found
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class ReportCommands:
    """Each verb is one transaction. What a person reports again changes nothing."""

    reasons: Reasons
    contests: ContestQueries
    ideas: SubmissionQueries
    publication: Publication
    discussion: DiscussionQueries
    comments: CommentStore
    reports: ReportStore
    cases: CaseCommands
    audit: AuditCommands
    quotas: QuotaCommands

    async def report_idea(self, idea_id: str, reporter_id: str, why: Why) -> None:
        """Says that something is wrong with an idea that everybody sees."""

        async def work() -> None:
            now = utc_now()
            idea = await self.ideas.read(idea_id, None, None)
            subject = Subject(idea.brand_id, idea.contest_id, "idea", idea.id)
            if idea.status != "approved":
                raise not_found("There is no such idea in the contest.")
            reports = await self._take(subject, reporter_id, why, now)
            contest = await self.contests.read(idea.contest_id, None)
            if is_to_be_held(contest, idea, reports):
                event = IdeaHeld(
                    idea_id=idea.id,
                    contest_id=idea.contest_id,
                    participant_id=idea.participant_id,
                    title=idea.title,
                )
                await self.publication.hide(idea, held(idea, "reports"), [event])
                await self._note_hold(subject, reports, now)

        await transaction(self.reports.client, work)

    async def report_comment(self, comment_id: str, reporter_id: str, why: Why) -> None:
        """Says that something is wrong with a comment that everybody sees."""

        async def work() -> None:
            now = utc_now()
            comment = await self.discussion.read(comment_id, None, None)
            if comment.status != "published":
                raise not_found("There is no such comment.")
            reports = await self._take(comment.subject, reporter_id, why, now)
            if reports >= HOLD_AT:
                await self.comments.save(comment.brand_id, comment_held(comment))
                await self._note_hold(comment.subject, reports, now)

        await transaction(self.reports.client, work)

    async def _take(self, subject: Subject, reporter_id: str, why: Why, now: datetime) -> int:
        """Puts it in the queue, and returns how many reports are open; 0 for a person's second."""
        refuse_for(obstacles_to_reporting(self.reasons, subject.kind, why), VALIDATION)
        if await self.reports.has_reported(subject.brand_id, subject.id, reporter_id):
            return 0
        await self.quotas.take(subject.brand_id, REPORTS, reporter_id, now)
        report = Report(
            id=new_id("rep"), subject=subject, reporter_id=reporter_id, why=why, reported_at=now
        )
        reports = await self.reports.add(subject.brand_id, report)
        by = ActedBy("participant", reporter_id)
        await self.audit.note(subject, "reported", by, now, why)
        await self.cases.queue(subject, "reports", now, by)
        return reports

    async def _note_hold(self, subject: Subject, reports: int, now: datetime) -> None:
        await self.audit.note(subject, "held", BY_REPORTS, now, reports=str(reports))
