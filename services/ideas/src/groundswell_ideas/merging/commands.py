"""Letting an idea go on in another one that says the same, and undoing that."""

from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_contracts.ideas import IdeaMerged, IdeaUnmerged
from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.rules import ActedBy, Subject, Why
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.cases.rules import Cause
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.merging.rules import (
    MERGED_MAXIMUM,
    MergeRecord,
    merged,
    obstacles_to_merging,
    taken_in,
    unmerged,
)
from groundswell_ideas.merging.store import MergeStore
from groundswell_ideas.reasons.rules import Reasons, in_words, obstacles_to_giving
from groundswell_ideas.submissions.ballots import Ballots
from groundswell_ideas.submissions.commands.publication import Publication
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_ideas.terms.rules import Obstacle
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION, FieldError, conflict, validation
from groundswell_kit.refusals import refuse_for

_HAS_OTHERS = Obstacle("status", "holds-others", "other ideas go on in this one: undo that first")
_FULL = Obstacle(
    "body.into_idea_id", "maximum", f"at most {MERGED_MAXIMUM} ideas go on in the same one"
)


@dataclass(frozen=True, slots=True)
class MergingCommands:
    """Each verb but one is a transaction. The same merge again changes nothing and tells nobody.

    Comments, reports and revisions stay with the idea that had them; votes go along where people
    vote on both, by an amendment that everybody reads. `by_manager` says who asks: that is not for
    editors.
    """

    reasons: Reasons
    contests: ContestQueries
    ideas: IdeaStore
    publication: Publication
    ballots: Ballots
    merges: MergeStore
    cases: CaseCommands
    audit: AuditCommands

    async def merge(
        self,
        brand_id: str,
        staff_id: str,
        idea_id: str,
        into_idea_id: str,
        why: Why,
        *,
        by_manager: bool,
    ) -> Idea:
        """Lets an idea go on in another one of its contest, which names its authors from now on.

        Who had a link to it still reads it, if everybody could before.
        """

        async def work() -> Idea:
            now = utc_now()
            refuse_for(obstacles_to_giving(self.reasons, "idea", why), VALIDATION)
            idea = await self.ideas.get(brand_id, idea_id)
            if idea.merge is not None and idea.merge.into == into_idea_id:
                return idea
            await self.cases.take(brand_id, idea.id, staff_id, now)
            contest = await self.contests.read(idea.contest_id, brand_id)
            into = await self._other(idea, into_idea_id)
            words = in_words(self.reasons, why, contest.terms.languages)
            with_votes = await self.ballots.merge(
                idea, into, words or "", now, by_manager=by_manager
            )
            told = replace(why, words=words)
            record = _record(idea, into, staff_id, told, now, with_votes=with_votes)
            return await self._carry_out(idea, into, record)

        return await transaction(self.merges.client, work)

    async def unmerge(
        self, brand_id: str, staff_id: str, idea_id: str, words: str, *, by_manager: bool
    ) -> Idea:
        """Makes an idea one of its own again, as it was: public, or waiting for an editor.

        Refused once its votes were counted for the one that it went on in.
        """

        async def work() -> Idea:
            now = utc_now()
            idea = await self.ideas.get(brand_id, idea_id)
            record = await self.merges.standing(brand_id, idea.id)
            if record is None:
                raise conflict("The idea goes on in no other one.")
            await self.ballots.unmerge(idea, words, now, by_manager=by_manager)
            single = await self._part(idea, record, ActedBy("staff", staff_id), words, now)
            await self._name_authors(await self.ideas.get(brand_id, record.into_idea_id))
            return single

        return await transaction(self.merges.client, work)

    async def part_all(self, into: Idea, words: str, now: datetime) -> None:
        """Makes all that go on in an idea ideas of their own, as its author has taken it back.

        Part of the caller's transaction.
        """
        records = await self.merges.into(into.brand_id, into.id)
        if not records:
            return
        ids = [record.idea_id for record in records]
        await self.ballots.part(into, set(ids), words, now)
        by = ActedBy("participant", into.participant_id)
        ideas = await self.ideas.find(into.brand_id, into.contest_id, ids)
        for record in records:
            await self._part(ideas[record.idea_id], record, by, words, now)
        await self._name_authors(await self.ideas.get(into.brand_id, into.id))

    async def _part(
        self, idea: Idea, record: MergeRecord, by: ActedBy, words: str, now: datetime
    ) -> Idea:
        if idea.merge is None:
            raise RuntimeError(f"{idea.id} has a merge on record, and none of its own")
        why = Why(words=words)
        undone = replace(record, undone_at=now, undone_by=by.id, undone_why=why)
        await self.merges.put(idea.brand_id, undone)
        event = IdeaUnmerged(
            idea_id=idea.id,
            contest_id=idea.contest_id,
            participant_id=idea.participant_id,
            title=idea.title,
            from_idea_id=record.into_idea_id,
            reason=words,
        )
        single = unmerged(idea)
        if idea.merge.was == "approved":
            single = await self.publication.publish(single, idea.reason, now, [event])
        else:
            await self.ideas.save(idea.brand_id, single, [event])
            cause: Cause = "screening" if idea.held_for else "new"
            await self.cases.queue(_subject(idea), cause, now)
        out_of = record.into_idea_id
        await self.audit.note(_subject(idea), "unmerged", by, now, why, out_of=out_of)
        return single

    async def _other(self, idea: Idea, idea_id: str) -> Idea:
        """The one that an idea is to go on in, if nothing but a vote stands in the way."""
        found = await self.ideas.find(idea.brand_id, idea.contest_id, [idea_id])
        if idea_id not in found:
            raise validation(FieldError("body.into_idea_id", "unknown", "no idea of this contest"))
        into = found[idea_id]
        refuse_for(obstacles_to_merging(idea, into))
        if await self.merges.into(idea.brand_id, idea.id):
            refuse_for([_HAS_OTHERS])
        if len(await self.merges.into(into.brand_id, into.id)) >= MERGED_MAXIMUM:
            refuse_for([_FULL])
        return into

    async def _carry_out(self, idea: Idea, into: Idea, record: MergeRecord) -> Idea:
        event = IdeaMerged(
            idea_id=idea.id,
            contest_id=idea.contest_id,
            participant_id=idea.participant_id,
            title=idea.title,
            into_idea_id=into.id,
            reason=record.why.words or "",
            with_votes=record.with_votes,
        )
        gone = merged(idea, into, record.merged_at)
        await self.merges.put(idea.brand_id, record)
        await self.ideas.save(idea.brand_id, gone, [event])
        await self.ideas.touch(into.brand_id, into.id)
        await self._name_authors(into)
        await self.cases.settle(idea.brand_id, [idea.id])
        by = ActedBy("staff", record.merged_by)
        at, why = record.merged_at, record.why
        await self.audit.note(_subject(idea), "merged", by, at, why, into=into.id)
        return gone

    async def _name_authors(self, into: Idea) -> None:
        """Names with an idea the authors of all that go on in it now."""
        records = await self.merges.into(into.brand_id, into.id)
        ids = [record.idea_id for record in records]
        found = await self.ideas.find(into.brand_id, into.contest_id, ids)
        after = taken_in(into, [found[idea_id] for idea_id in ids])
        if after != into:
            await self.ideas.save(into.brand_id, after, [])


def _subject(idea: Idea) -> Subject:
    return Subject(idea.brand_id, idea.contest_id, "idea", idea.id)


def _record(
    idea: Idea, into: Idea, staff_id: str, why: Why, now: datetime, *, with_votes: bool
) -> MergeRecord:
    return MergeRecord(
        id=new_id("merge"),
        brand_id=idea.brand_id,
        contest_id=idea.contest_id,
        idea_id=idea.id,
        into_idea_id=into.id,
        merged_by=staff_id,
        why=why,
        merged_at=now,
        with_votes=with_votes,
    )
