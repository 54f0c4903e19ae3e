"""What an editor can do with ideas and comments: let them in, turn them down, take them down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_contracts.ideas import IdeaHeld, IdeaRejected
from groundswell_ideas.appeals.commands import AppealCommands
from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.rules import ActedBy, Subject, Why
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.cases.rules import Case
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.discussion.rules import Comment
from groundswell_ideas.discussion.rules import decided as comment_decided
from groundswell_ideas.discussion.store import CommentStore
from groundswell_ideas.moderation.rules import (
    Decision,
    Verdict,
    is_repeat,
    obstacles_to_deciding,
    obstacles_to_deciding_comment,
    obstacles_to_revision,
    obstacles_to_taking_down,
    rejected,
    reopened,
)
from groundswell_ideas.reasons.rules import Reasons, in_words, obstacles_to_giving
from groundswell_ideas.reports.rules import held
from groundswell_ideas.submissions.commands.publication import Publication
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION, Problem, not_found
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a verdict: the subject as it is now, or why it was refused."""

    verdict: Verdict
    decided: Idea | Comment | None
    refused: Problem | None


@dataclass(frozen=True, slots=True)
class ModerationCommands:
    """Each decision is one transaction. The same one again changes nothing and tells nobody.

    A decision on an idea is final until reports or an appeal bring it back into the queue. It is
    refused while another member of staff has claimed the case.
    """

    reasons: Reasons
    contests: ContestQueries
    ideas: IdeaStore
    publication: Publication
    comments: CommentStore
    appeals: AppealCommands
    cases: CaseCommands
    audit: AuditCommands

    async def decide_idea(self, brand_id: str, staff_id: str, verdict: Verdict) -> Idea:
        """Lets an idea take part, and everybody read it; or turns it down, its author reads why."""

        async def work() -> Idea:
            now, decision = utc_now(), verdict.decision
            self._check_reason(verdict)
            idea = await self._idea(brand_id, verdict.subject_id)
            case = await self.cases.take(brand_id, idea.id, staff_id, now)
            if case is None and is_repeat(idea, decision):
                return idea
            contest = await self.contests.read(idea.contest_id, brand_id)
            causes = () if case is None else case.causes
            refuse_for(obstacles_to_deciding(idea, decision, causes, contest=contest))
            refuse_for(obstacles_to_revision(idea, verdict.revision))
            why = self._in_words(contest, verdict.why)
            decided = idea
            if not is_repeat(idea, decision):
                decided = await self._decide(idea, decision, why, now)
            elif decision == "rejected" and "appeal" in causes:
                await self.ideas.save(brand_id, idea, [_rejected(idea, why, after_appeal=True)])
            await self._close(_subject(idea), case, staff_id, decision, why, now)
            return decided

        return await transaction(self.ideas.client, work)

    async def decide_comment(self, brand_id: str, staff_id: str, verdict: Verdict) -> Comment:
        """Lets everybody read a comment, or takes it away; neither is final."""

        async def work() -> Comment:
            now, decision = utc_now(), verdict.decision
            self._check_reason(verdict)
            found = await self.comments.find(brand_id, [verdict.subject_id])
            if verdict.subject_id not in found:
                raise not_found("There is no such comment.")
            comment = found[verdict.subject_id]
            case = await self.cases.take(brand_id, comment.id, staff_id, now)
            refuse_for(obstacles_to_deciding_comment(comment))
            approved = decision == "approved"
            stands = comment.status == ("published" if approved else "rejected")
            if stands and case is None:
                return comment
            contest = await self.contests.read(comment.contest_id, brand_id)
            why = self._in_words(contest, verdict.why)
            if not stands:
                comment = comment_decided(comment, approved=approved, why=why, at=now)
                await self.comments.save(brand_id, comment)
            await self._close(comment.subject, case, staff_id, decision, why, now)
            return comment

        return await transaction(self.comments.client, work)

    async def decide_all(
        self, brand_id: str, staff_id: str, verdicts: Sequence[Verdict]
    ) -> list[Outcome]:
        """Each verdict by itself, in this order: one that is refused stops none of the others."""
        outcomes = []
        for verdict in verdicts:
            decide_one = self.decide_idea if verdict.kind == "idea" else self.decide_comment
            try:
                decided = await decide_one(brand_id, staff_id, verdict)
                outcomes.append(Outcome(verdict, decided, None))
            except Problem as refused:
                outcomes.append(Outcome(verdict, None, refused))
        return outcomes

    async def hold_idea(self, brand_id: str, staff_id: str, idea_id: str, words: str) -> Idea:
        """Takes an approved idea out of the public eye, back into the queue.

        Refused while people vote on it, or will.
        """

        async def work() -> Idea:
            now, by = utc_now(), ActedBy("staff", staff_id)
            idea = await self._idea(brand_id, idea_id)
            if idea.status == "submitted" and "staff" in idea.held_for:
                return idea
            contest = await self.contests.read(idea.contest_id, brand_id)
            refuse_for(obstacles_to_taking_down(contest, idea))
            waiting = held(idea, "staff")
            event = IdeaHeld(
                idea_id=idea.id,
                contest_id=idea.contest_id,
                participant_id=idea.participant_id,
                title=idea.title,
            )
            await self.publication.hide(idea, waiting, [event])
            await self.audit.note(_subject(idea), "held", by, now, Why(words=words))
            await self.cases.queue(_subject(idea), "staff", now, by)
            return waiting

        return await transaction(self.ideas.client, work)

    def _check_reason(self, verdict: Verdict) -> None:
        if verdict.decision == "rejected":
            found = obstacles_to_giving(self.reasons, verdict.kind, verdict.why)
            refuse_for(found, VALIDATION)

    def _in_words(self, contest: Contest, why: Why) -> Why:
        return replace(why, words=in_words(self.reasons, why, contest.terms.languages))

    async def _idea(self, brand_id: str, idea_id: str) -> Idea:
        idea = await self.ideas.get(brand_id, idea_id)
        if idea.status == "draft":
            raise not_found("There is no such idea.")
        return idea

    async def _decide(self, idea: Idea, decision: Decision, why: Why, now: datetime) -> Idea:
        if decision == "approved":
            return await self.publication.publish(reopened(idea, why), why.words, now)
        turned_down = rejected(idea, why, now)
        await self.publication.hide(idea, turned_down, [_rejected(idea, why)])
        return turned_down

    async def _close(
        self,
        subject: Subject,
        case: Case | None,
        staff_id: str,
        decision: Decision,
        why: Why,
        now: datetime,
    ) -> None:
        """Answers all that was asked about a subject, and takes it out of the queue."""
        by = ActedBy("staff", staff_id)
        causes = "" if case is None else " ".join(case.causes)
        await self.audit.note(subject, decision, by, now, why, causes=causes)
        await self.appeals.answer(subject, by, now, approved=decision == "approved", why=why)
        await self.cases.settle(subject.brand_id, [subject.id])


def _rejected(idea: Idea, why: Why, *, after_appeal: bool = False) -> IdeaRejected:
    return IdeaRejected(
        idea_id=idea.id,
        contest_id=idea.contest_id,
        participant_id=idea.participant_id,
        title=idea.title,
        reason=why.words or "",
        after_appeal=after_appeal,
    )


def _subject(idea: Idea) -> Subject:
    return Subject(idea.brand_id, idea.contest_id, "idea", idea.id)
