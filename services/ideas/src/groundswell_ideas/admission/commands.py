"""Inviting people to a contest, and letting somebody in who hands in an idea."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from groundswell_ideas.admission.rules import (
    Acceptance,
    Declaration,
    Entrant,
    Guest,
    obstacles_of_terms,
    obstacles_to_taking_part,
)
from groundswell_ideas.admission.store import AdmissionStore
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.terms.rules import Obstacle
from groundswell_kit.problems import VALIDATION, not_found
from groundswell_kit.refusals import refuse_for

_PILOT_FULL = Obstacle("pilot.people", "pilot", "all places of the pilot are taken")


@dataclass(frozen=True, slots=True)
class AdmissionCommands:
    """Admission is part of the transaction that takes the idea."""

    contests: ContestStore
    admission: AdmissionStore

    async def invite(self, brand_id: str, contest_id: str, guests: Sequence[Guest]) -> None:
        """Puts people on the guest list of a contest. A repeat changes nothing."""
        contest = await self.contests.get(brand_id, contest_id)
        await self.admission.invite(brand_id, contest.id, guests)

    async def uninvite(self, brand_id: str, contest_id: str, participant_id: str) -> None:
        """Takes somebody off the list; what they have handed in stays."""
        contest = await self.contests.get(brand_id, contest_id)
        if not await self.admission.uninvite(brand_id, contest.id, participant_id):
            raise not_found("There is no such guest.")

    async def admit(
        self,
        contest: Contest,
        entrant: Entrant,
        declaration: Declaration | None,
        accepted_terms: int | None,
        now: datetime,
    ) -> Acceptance:
        """What to keep with an entry. Refused for whom the contest is not, and in a full pilot."""
        refuse_for(obstacles_of_terms(contest, accepted_terms, now), VALIDATION)
        declared = await self.declare(contest, entrant, declaration, now)
        pilot = contest.terms.pilot
        if pilot is not None and contest.pilot_widened_at is None:
            joined = await self.admission.join_pilot(
                contest.brand_id, contest.id, entrant.participant_id, pilot.people
            )
            refuse_for([] if joined else [_PILOT_FULL])
        return Acceptance(declaration=declared, terms_version=accepted_terms, accepted_at=now)

    async def declare(
        self, contest: Contest, entrant: Entrant, declaration: Declaration | None, now: datetime
    ) -> Declaration:
        """What somebody declares who is to have a part in an idea; refused where it is not enough.

        The same rules hold for who hands in and for each member of a team.
        """
        declared = declaration or Declaration()
        guest = await self.admission.guest(contest.brand_id, contest.id, entrant.participant_id)
        refuse_for(obstacles_to_taking_part(contest, entrant, guest, declared, now))
        return declared
