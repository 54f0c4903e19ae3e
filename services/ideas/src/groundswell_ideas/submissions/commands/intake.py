"""What happens to whatever an idea says before it is kept: checked, screened, published or queued.

Called by the commands, in their transactions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_contracts.event import Event
from groundswell_contracts.ideas import IdeaRevised, IdeaSubmitted
from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.rules import ActedBy, Subject
from groundswell_ideas.cases.commands import CaseCommands
from groundswell_ideas.cases.rules import Cause
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.forms.rules.checking import WHERE, media_of
from groundswell_ideas.media.commands import MediaCommands
from groundswell_ideas.media.rules import TYPES, Kind
from groundswell_ideas.screening.commands import ScreeningCommands
from groundswell_ideas.submissions.commands.publication import Publication
from groundswell_ideas.submissions.rules import Idea, Status, revision_of
from groundswell_ideas.submissions.rules.codes import product_code_of
from groundswell_ideas.submissions.rules.entering import (
    Entry,
    content_of,
    held_for,
    obstacles_to_entry,
    obstacles_to_parent,
    policy_of,
    status_after,
    taken_down_for,
    uploads_of,
    with_entry,
)
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.problems import VALIDATION
from groundswell_kit.refusals import refuse_for

_KINDS: frozenset[Kind] = frozenset(TYPES.values())


@dataclass(frozen=True, slots=True)
class Intake:
    """Every verb is part of the caller's transaction."""

    ideas: IdeaStore
    media: MediaCommands
    screening: ScreeningCommands
    cases: CaseCommands
    audit: AuditCommands
    publication: Publication

    async def keep_draft(self, contest: Contest, idea: Idea, entry: Entry, *, new: bool) -> Idea:
        """Keeps a draft that says this, as unfinished as it may be; nobody looks at it."""
        said, _ = await self._said(contest, idea, entry, idea.participant_id, finished=False)
        if new:
            await self.ideas.add(said.brand_id, said, [])
        else:
            await self.ideas.save(said.brand_id, said, [])
        return said

    async def take(
        self,
        contest: Contest,
        idea: Idea,
        entry: Entry,
        sender_id: str,
        now: datetime,
        *,
        new: bool = True,
    ) -> Idea:
        """Takes an idea that says this: it goes live or waits for an editor.

        It is `new` unless it was a draft. `sender_id` is who sent the uploads that it names.
        """
        said, status = await self._screened(contest, idea, entry, sender_id)
        sold = contest.terms.product_codes and not said.brief
        code = product_code_of(said.id) if sold else None
        waiting = replace(said, status="submitted", submitted_at=now, product_code=code)
        if new:
            await self.ideas.add(said.brand_id, waiting, [_submitted(contest, waiting)])
        else:
            await self.ideas.save(said.brand_id, waiting, [_submitted(contest, waiting)])
        await self.ideas.revisions.keep(said.brand_id, revision_of(waiting, sender_id, now))
        if status == "approved":
            return await self._let_in(waiting, now)
        await self._queue(waiting, "screening" if waiting.held_for else "new", now)
        return waiting

    async def change(
        self, contest: Contest, idea: Idea, entry: Entry, sender_id: str, now: datetime
    ) -> Idea:
        """Makes an idea that has come in say this; it stays or goes live, or waits (again)."""
        said, status = await self._screened(contest, idea, entry, sender_id)
        revised = replace(said, revision=idea.revision + 1, revised_at=now, status=status)
        await self.ideas.revisions.keep(revised.brand_id, revision_of(revised, sender_id, now))
        event = _revised(revised)
        if status == "submitted":
            await self.publication.hide(idea, revised, [event])
            again = idea.status == "approved"
            cause: Cause = "screening" if revised.held_for else "revised" if again else "new"
            await self._queue(revised, cause, now)
            return revised
        if idea.status == "submitted":
            await self.ideas.save(revised.brand_id, replace(revised, status="submitted"), [event])
            return await self._let_in(revised, now)
        await self.ideas.save(revised.brand_id, revised, [event])
        await self.media.show(revised.brand_id, revised.id)
        return revised

    async def check(self, contest: Contest, idea: Idea, entry: Entry) -> None:
        """Raises what taking it would, but for its uploads, which it may name by anything."""
        parent = await self._parent_of(contest, entry)
        obstacles = obstacles_to_entry(contest, idea.participant_id, entry, finished=True)
        refuse_for([*obstacles, *obstacles_to_parent(contest, entry, parent)], VALIDATION)
        await self.screening.look(
            contest.brand_id,
            contest.id,
            idea.id,
            content_of(contest, entry, {}),
            policy_of(contest),
        )

    async def give_up(self, before: Idea, idea: Idea, events: Sequence[Event]) -> None:
        """Saves an idea that its author took back; nobody looks at it or is compared with it."""
        await self.publication.hide(before, idea, events)
        await self.cases.settle(idea.brand_id, [idea.id])
        await self.screening.forget(idea.brand_id, idea.id)
        if idea.came is not None and idea.withdrawn_at is not None:
            by = ActedBy("participant", idea.participant_id)
            await self.audit.note(_subject(idea), "withdrawn", by, idea.withdrawn_at)

    async def _parent_of(self, contest: Contest, entry: Entry) -> Idea | None:
        """The idea that an entry goes back to, if it is there."""
        if entry.parent_idea_id is None:
            return None
        wanted = [entry.parent_idea_id]
        found = await self.ideas.find(contest.brand_id, contest.id, wanted)
        return found.get(entry.parent_idea_id)

    async def _said(
        self, contest: Contest, idea: Idea, entry: Entry, sender_id: str, *, finished: bool
    ) -> tuple[Idea, dict[str, str]]:
        """The idea saying this, with its uploads held; and its pictures' hashes by their place."""
        parent = await self._parent_of(contest, entry)
        obstacles = obstacles_to_entry(contest, idea.participant_id, entry, finished=finished)
        if idea.submitted_at is None:  # later its parent stays, whatever becomes of that
            obstacles += obstacles_to_parent(contest, entry, parent)
        refuse_for(obstacles, VALIDATION)
        likenesses: dict[str, str] = {}
        for name, field in media_of(contest.terms.entry_form, entry.fields).items():
            value = entry.fields[name]
            held = await self.media.hold(
                contest.brand_id,
                contest.id,
                sender_id,
                idea.id,
                value if isinstance(value, tuple) else (),
                frozenset(field.accept) or _KINDS,
                f"{WHERE}.{name}",
            )
            likenesses |= {
                f"fields.{name}.{place}": media.likeness
                for place, media in enumerate(held)
                if media.likeness is not None
            }
        uploads = uploads_of(contest, entry)
        if dropped := [media_id for media_id in idea.media if media_id not in uploads]:
            await self.media.release(contest.brand_id, idea.id, dropped)
        return with_entry(idea, entry, parent, uploads), likenesses

    async def _screened(
        self, contest: Contest, idea: Idea, entry: Entry, sender_id: str
    ) -> tuple[Idea, Status]:
        said, likenesses = await self._said(contest, idea, entry, sender_id, finished=True)
        screening = await self.screening.screen(
            contest.brand_id,
            contest.id,
            idea.id,
            content_of(contest, entry, likenesses),
            policy_of(contest),
        )
        taken_down = taken_down_for(idea)
        status: Status = "submitted" if taken_down else status_after(contest, screening.outcome)
        return replace(said, held_for=(*taken_down, *held_for(screening))), status

    async def _let_in(self, idea: Idea, now: datetime) -> Idea:
        await self.cases.let_in(_subject(idea), now)
        return await self.publication.publish(idea, None, now)

    async def _queue(self, idea: Idea, cause: Cause, now: datetime) -> None:
        await self.cases.queue(_subject(idea), cause, now)


def _subject(idea: Idea) -> Subject:
    return Subject(idea.brand_id, idea.contest_id, "idea", idea.id)


def _submitted(contest: Contest, idea: Idea) -> Event:
    return IdeaSubmitted(
        idea_id=idea.id,
        contest_id=idea.contest_id,
        participant_id=idea.participant_id,
        title=idea.title,
        summary=idea.summary,
        category=idea.category,
        region=idea.region,
        parent_idea_id=idea.parent_idea_id,
        entered_by=None if idea.provenance.kind == "web" else contest.terms.owner,
    )


def _revised(idea: Idea) -> Event:
    return IdeaRevised.model_validate(
        {
            "idea_id": idea.id,
            "contest_id": idea.contest_id,
            "participant_id": idea.participant_id,
            "title": idea.title,
            "summary": idea.summary,
            "category": idea.category,
            "revision": idea.revision,
            "status": idea.status,
        }
    )
