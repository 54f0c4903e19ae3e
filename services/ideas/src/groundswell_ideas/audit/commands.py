"""Writing down what was done. Called by the commands that do it, in their transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.audit.rules import UNSAID, Act, ActedBy, Subject, Verb, Why
from groundswell_ideas.audit.store import ActStore
from groundswell_kit.ids import new_id


@dataclass(frozen=True, slots=True)
class AuditCommands:
    """Part of the caller's transaction."""

    acts: ActStore

    async def note(
        self,
        subject: Subject,
        verb: Verb,
        by: ActedBy,
        at: datetime,
        why: Why | None = None,
        **details: str,
    ) -> None:
        """Adds an act to the trail."""
        act = Act(
            id=new_id("act"),
            subject=subject,
            verb=verb,
            by=by,
            at=at,
            why=why or UNSAID,
            details=details,
        )
        await self.acts.add(subject.brand_id, [act])

    async def note_all(
        self, brand_id: str, subjects: Sequence[Subject], verb: Verb, by: ActedBy, at: datetime
    ) -> None:
        """Adds the same act on each of these subjects, in one step."""
        acts = [Act(id=new_id("act"), subject=one, verb=verb, by=by, at=at) for one in subjects]
        if acts:
            await self.acts.add(brand_id, acts)
