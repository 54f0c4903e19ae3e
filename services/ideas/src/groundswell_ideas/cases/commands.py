"""What becomes of cases: opened for a cause, claimed and released by staff, settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from groundswell_ideas.audit.commands import AuditCommands
from groundswell_ideas.audit.rules import SCREENING, ActedBy, Subject
from groundswell_ideas.cases.rules import (
    Case,
    Cause,
    Wanted,
    claimed,
    holder,
    obstacles_to_deciding_case,
    released,
    with_cause,
    without_screening,
)
from groundswell_ideas.cases.store import CaseStore
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.refusals import refuse_for


class Reported(Protocol):
    """The store of reports, as the queue knows it."""

    async def close(self, brand_id: str, subject_ids: Sequence[str]) -> None:
        """Closes what is open about subjects: nobody has to look at them any more."""
        ...


@dataclass(frozen=True, slots=True)
class CaseCommands:
    """`queue`, `take`, `let_in` and `settle` are part of the caller's transaction."""

    cases: CaseStore
    audit: AuditCommands
    reports: Reported

    async def queue(
        self, subject: Subject, cause: Cause, now: datetime, by: ActedBy = SCREENING
    ) -> None:
        """Puts a subject in the queue, or a further cause to its case; a repeat changes nothing.

        What is new and waits as everything does leaves no trace in the trail; all else does.
        """
        open_cases = await self.cases.of(subject.brand_id, [subject.id])
        case = open_cases.get(subject.id)
        if case is None:
            case = Case(id=new_id("case"), subject=subject, causes=(cause,), opened_at=now)
        elif cause in case.causes:
            return
        await self.cases.put(subject.brand_id, with_cause(case, cause))
        if cause != "new":
            await self.audit.note(subject, "queued", by, now, cause=cause)

    async def take(
        self, brand_id: str, subject_id: str, staff_id: str, now: datetime
    ) -> Case | None:
        """The case that a member of staff is about to decide, None without one.

        Refused while somebody else has claimed it.
        """
        case = (await self.cases.of(brand_id, [subject_id])).get(subject_id)
        refuse_for(obstacles_to_deciding_case(case, staff_id, now))
        return case

    async def let_in(self, subject: Subject, now: datetime) -> None:
        """Notes that screening let something in that nobody has looked at.

        What waited for that leaves the queue; what people asked for goes on waiting.
        """
        await self.audit.note(subject, "approved", SCREENING, now)
        for case in (await self.cases.of(subject.brand_id, [subject.id])).values():
            after = without_screening(case)
            if after.causes:
                await self.cases.put(subject.brand_id, after)
            else:
                await self.cases.remove(subject.brand_id, [case.id])

    async def settle(self, brand_id: str, subject_ids: Sequence[str]) -> None:
        """Takes subjects out of the queue, and closes their reports; a repeat changes nothing."""
        found = await self.cases.of(brand_id, subject_ids)
        if found:
            await self.cases.remove(brand_id, [case.id for case in found.values()])
            await self.reports.close(brand_id, list(found))

    async def claim(
        self, brand_id: str, staff_id: str, wanted: Wanted, most: int
    ) -> Sequence[Case]:
        """Claims the oldest cases that nobody else has, for 15 minutes.

        The own ones among them last longer. Of two at once each gets others.
        """

        async def work() -> Sequence[Case]:
            now = utc_now()
            found = await self.cases.page(brand_id, wanted, staff_id, now, None, most)
            taken = [claimed(case, staff_id, now) for case in found]
            for before, case in zip(found, taken, strict=True):
                await self.cases.put(brand_id, case)
                if holder(before, now) != staff_id:
                    await self.audit.note(case.subject, "claimed", ActedBy("staff", staff_id), now)
            return taken

        return await transaction(self.cases.client, work)

    async def release(self, brand_id: str, staff_id: str, subject_ids: Sequence[str]) -> int:
        """Gives up the own claims on these subjects, and returns how many there were."""

        async def work() -> int:
            now = utc_now()
            found = (await self.cases.of(brand_id, subject_ids)).values()
            own = [case for case in found if holder(case, now) == staff_id]
            for case in own:
                await self.cases.put(brand_id, released(case))
                await self.audit.note(case.subject, "released", ActedBy("staff", staff_id), now)
            return len(own)

        return await transaction(self.cases.client, work)
