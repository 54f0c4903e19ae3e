"""What can be done with an idea by whom it is: hand in, change, take back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from groundswell_contracts.ideas import IdeaWithdrawn
from groundswell_ideas.admission.commands import AdmissionCommands
from groundswell_ideas.admission.rules import Declaration, Entrant
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest, obstacles_to_taking_ideas
from groundswell_ideas.quotas.commands import QuotaCommands
from groundswell_ideas.quotas.rules import Quota
from groundswell_ideas.submissions.ballots import Ballots
from groundswell_ideas.submissions.commands.intake import Intake
from groundswell_ideas.submissions.merges import Merges
from groundswell_ideas.submissions.rules import (
    Idea,
    Provenance,
    may_see,
    withdrawn,
)
from groundswell_ideas.submissions.rules.entering import (
    DRAFTS_MAXIMUM,
    Entry,
    entry_of,
    obstacles_to_drafting,
    obstacles_to_region,
    obstacles_to_revising,
    obstacles_to_withdrawing,
    region_for,
)
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION, forbidden, not_found
from groundswell_kit.refusals import refuse_for

WHY_STRUCK = "Who handed the idea in has taken it back."
WHY_PARTED = "Who handed in the idea that it went on in has taken that back."

ENTRIES = Quota("entries", 600, timedelta(hours=1))
"""Ideas, drafts and changes of one person at a brand: more than a form that saves by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody declares with an entry, and the version of the terms that they accept."""

    declaration: Declaration | None = None
    accepted_terms: int | None = None


@dataclass(frozen=True, slots=True)
class SubmissionCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestQueries
    ideas: IdeaStore
    admission: AdmissionCommands
    intake: Intake
    ballots: Ballots
    merges: Merges
    quotas: QuotaCommands

    async def hand_in(
        self, contest_id: str, entrant: Entrant, entry: Entry, consent: Consent
    ) -> Idea:
        """Hands in an idea, which then waits for an editor, or goes live.

        Refused when submissions are over, for whom the contest is not, for what does not fit the
        entry form, and for what screening refuses.
        """

        async def work() -> Idea:
            contest, now = await self.contests.read(contest_id, staff_of=None), utc_now()
            await self.quotas.take(contest.brand_id, ENTRIES, entrant.participant_id, now)
            idea = _new(contest, entrant.participant_id, Provenance())
            return await self._admit(contest, idea, entrant, entry, consent, now)

        return await transaction(self.ideas.client, work)

    async def enter_for(
        self,
        brand_id: str,
        staff_id: str,
        contest_id: str,
        entrant: Entrant,
        entry: Entry,
        consent: Consent,
        provenance: Provenance,
    ) -> Idea:
        """Hands in what somebody told to staff, as they would have done it themselves.

        The idea is theirs, and they must be admitted; its uploads are those of the staff member.
        """

        async def work() -> Idea:
            contest, now = await self._contest_of(brand_id, contest_id), utc_now()
            original = provenance.original_at
            if original is not None and original > now:
                refuse_for([("body.original_at", "future", "lies ahead")], VALIDATION)
            idea = _new(contest, entrant.participant_id, provenance)
            return await self._admit(contest, idea, entrant, entry, consent, now, staff_id)

        return await transaction(self.ideas.client, work)

    async def take_in(
        self,
        brand_id: str,
        sender_id: str,
        contest_id: str,
        participant_id: str,
        entry: Entry,
        provenance: Provenance,
    ) -> tuple[Idea, bool]:
        """Takes in an idea that was collected elsewhere; the idea, and whether it is new.

        Nobody declares anything. One with a reference that the contest knows changes nothing.
        """

        async def work() -> tuple[Idea, bool]:
            contest, now = await self._contest_of(brand_id, contest_id), utc_now()
            if provenance.reference is not None:
                known = await self.ideas.by_reference(brand_id, contest_id, provenance.reference)
                if known is not None:
                    return known, False
            refuse_for(obstacles_to_taking_ideas(contest, entry.region, now))
            idea = _new(contest, participant_id, provenance)
            return await self.intake.take(contest, idea, entry, sender_id, now), True

        return await transaction(self.ideas.client, work)

    async def check(
        self, brand_id: str, contest_id: str, participant_id: str, entry: Entry
    ) -> None:
        """Raises what `take_in` would for a new idea that says this, whatever its uploads are."""
        contest = await self._contest_of(brand_id, contest_id)
        refuse_for(obstacles_to_taking_ideas(contest, entry.region, utc_now()))
        await self.intake.check(contest, _new(contest, participant_id, Provenance()), entry)

    async def draft(self, contest_id: str, participant_id: str, entry: Entry) -> Idea:
        """Begins an idea that nobody else sees until it is handed in; it may be unfinished."""

        async def work() -> Idea:
            contest, now = await self.contests.read(contest_id, staff_of=None), utc_now()
            refuse_for(obstacles_to_taking_ideas(contest, entry.region, now))
            await self.quotas.take(contest.brand_id, ENTRIES, participant_id, now)
            # The quota was written by each of somebody's drafts: of two at once one counts both.
            drafts = await self.ideas.drafts_of(participant_id, contest_id, DRAFTS_MAXIMUM)
            refuse_for(obstacles_to_drafting(drafts))
            idea = replace(_new(contest, participant_id, Provenance()), status="draft")
            return await self.intake.keep_draft(contest, idea, entry, new=True)

        return await transaction(self.ideas.client, work)

    async def submit(self, idea_id: str, entrant: Entrant, consent: Consent) -> Idea:
        """Hands in a draft as it is. Refused as handing in is; the same again changes nothing."""

        async def work() -> Idea:
            idea = await self._own(idea_id, entrant.participant_id)
            if idea.status in ("submitted", "approved"):
                return idea
            if idea.status != "draft":
                refuse_for([("status", "final", f"the idea is {idea.status}")])
            contest, now = await self._contest(idea), utc_now()
            return await self._admit(contest, idea, entrant, entry_of(idea), consent, now)

        return await transaction(self.ideas.client, work)

    async def revise(
        self, idea_id: str, participant_id: str, seen: int, change: Callable[[Entry], Entry]
    ) -> Idea:
        """Makes an idea say something else; `seen` is the revision that the change was made from.

        It is screened again, and waits for an editor again unless the contest publishes by itself.
        What changes nothing is no revision.
        """

        async def work() -> Idea:
            idea = await self._own(idea_id, participant_id)
            contest, now = await self._contest(idea), utc_now()
            before = entry_of(idea)
            entry = change(before)
            refuse_for(obstacles_to_revising(contest, idea, seen, entry, now))
            if entry == before:
                return idea
            await self.quotas.take(idea.brand_id, ENTRIES, participant_id, now)
            if idea.status != "draft":
                return await self.intake.change(contest, idea, entry, participant_id, now)
            edited = replace(idea, revision=idea.revision + 1)
            return await self.intake.keep_draft(contest, edited, entry, new=False)

        return await transaction(self.ideas.client, work)

    async def withdraw(self, idea_id: str, participant_id: str) -> Idea:
        """Takes an idea back, off the ballots too. For good; the same again changes nothing.

        What went on in it are ideas of their own again.
        """

        async def work() -> Idea:
            idea = await self._own(idea_id, participant_id)
            if idea.status == "withdrawn":
                return idea
            contest, now = await self._contest(idea), utc_now()
            refuse_for(obstacles_to_withdrawing(contest, idea, now))
            gone = withdrawn(idea, now)
            events = [] if idea.status == "draft" else [_withdrawn(gone)]
            await self.intake.give_up(idea, gone, events)
            # While it is on its ballots: what went on in it takes its votes back from it.
            await self.merges.part_all(gone, WHY_PARTED, now)
            await self.ballots.strike(gone, WHY_STRUCK, now)
            return gone

        return await transaction(self.ideas.client, work)

    async def _admit(
        self,
        contest: Contest,
        idea: Idea,
        entrant: Entrant,
        entry: Entry,
        consent: Consent,
        now: datetime,
        sender_id: str | None = None,
    ) -> Idea:
        said = None if consent.declaration is None else consent.declaration.country
        country = said or entrant.region
        placed = replace(entry, region=region_for(contest, entry.region, country))
        refuse_for(obstacles_to_taking_ideas(contest, placed.region, now))
        refuse_for(obstacles_to_region(contest, placed.region, country), VALIDATION)
        acceptance = await self.admission.admit(
            contest, entrant, consent.declaration, consent.accepted_terms, now
        )
        return await self.intake.take(
            contest,
            replace(idea, acceptance=acceptance),
            placed,
            sender_id or entrant.participant_id,
            now,
            new=idea.status != "draft",
        )

    async def _contest(self, idea: Idea) -> Contest:
        return await self.contests.read(idea.contest_id, staff_of=None)

    async def _contest_of(self, brand_id: str, contest_id: str) -> Contest:
        contest = await self.contests.read(contest_id, brand_id)
        if contest.brand_id != brand_id:
            raise not_found("There is no such contest.")
        return contest

    async def _own(self, idea_id: str, participant_id: str) -> Idea:
        """An idea that this person handed in."""
        idea = await self.ideas.find_public(idea_id)
        if idea is None or not may_see(idea, None, participant_id):
            raise not_found("There is no such idea.")
        if idea.participant_id != participant_id:
            raise forbidden("Only who handed the idea in may do this.")
        return idea


def _new(contest: Contest, participant_id: str, provenance: Provenance) -> Idea:
    """An idea of somebody that says nothing yet."""
    return Idea(
        brand_id=contest.brand_id,
        contest_id=contest.id,
        id=new_id("idea"),
        participant_id=participant_id,
        title="",
        summary="",
        fields={},
        submitted_at=None,
        provenance=provenance,
    )


def _withdrawn(idea: Idea) -> IdeaWithdrawn:
    return IdeaWithdrawn(
        idea_id=idea.id,
        contest_id=idea.contest_id,
        participant_id=idea.participant_id,
        title=idea.title,
    )
