"""What a brand can do with a contest: draft it, edit the draft, lead it through its phases."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from groundswell_contracts.contests import ContestPhaseChanged, ContestPublished
from groundswell_contracts.event import Event
from groundswell_ideas.contests.rules import (
    Contest,
    Phase,
    PhaseReached,
    Terms,
    enter,
    obstacles_to_editing,
    obstacles_to_entering,
    with_polls,
    with_terms,
)
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.polls.events import plan_to
from groundswell_kit.clock import utc_now
from groundswell_kit.etags import check_if_match
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True)
class ContestCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestStore

    async def draft(self, brand_id: str, terms: Terms) -> Contest:
        """A new contest that only its brand sees."""
        contest = Contest(
            brand_id=brand_id,
            id=new_id("con"),
            terms=terms,
            phases=(PhaseReached("draft", utc_now()),),
        )
        await self.contests.add(brand_id, contest, [])
        return contest

    async def edit(
        self,
        brand_id: str,
        contest_id: str,
        if_match: str | None,
        change: Callable[[Terms], Terms],
    ) -> Contest:
        """Changes a draft's terms. Refused once the contest has opened."""

        async def work() -> Contest:
            contest = await self.contests.get(brand_id, contest_id)
            check_if_match(if_match, contest.version)
            refuse_for(obstacles_to_editing(contest))
            edited = with_terms(contest, change(contest.terms))
            await self.contests.save(brand_id, edited, [])
            return edited

        return await transaction(self.contests.client, work)

    async def enter_phase(
        self, brand_id: str, contest_id: str, if_match: str | None, phase: Phase
    ) -> Contest:
        """Leads a contest into its next phase. Refused with all that is missing for it."""

        async def work() -> Contest:
            contest = await self.contests.get(brand_id, contest_id)
            check_if_match(if_match, contest.version)
            now = utc_now()
            refuse_for(obstacles_to_entering(contest, phase, now))
            entered = enter(contest, phase, now)
            if phase == "voting":
                entered = with_polls(entered, [new_id("poll") for _ in contest.terms.polls])
            await self.contests.save(brand_id, entered, _events_of_entering(contest, entered))
            return entered

        return await transaction(self.contests.client, work)


def _events_of_entering(before: Contest, entered: Contest) -> list[Event]:
    changed = ContestPhaseChanged(
        contest_id=entered.id,
        title=entered.terms.title,
        from_phase=before.phase,
        to_phase=entered.phase,
        polls=tuple(map(plan_to, entered.polls)) if entered.phase == "voting" else (),
    )
    if before.phase != "draft":
        return [changed]
    terms = asdict(entered.terms)
    return [ContestPublished.model_validate({"contest_id": entered.id, **terms}), changed]
