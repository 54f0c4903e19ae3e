"""What a brand can do with a contest: draft it, edit the draft, lead it through its phases."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from groundswell_contracts.contests import ContestPhaseChanged, ContestPublished, PollPlan
from groundswell_contracts.event import Event
from groundswell_contracts.poll_rules import PollRules
from groundswell_ideas.contests.rules import (
    Contest,
    Phase,
    PhaseReached,
    Terms,
    enter,
    obstacles_to_editing,
    obstacles_to_entering,
    with_terms,
)
from groundswell_ideas.contests.store import ContestStore
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
            poll_id = new_id("poll") if phase == "voting" else None
            entered = enter(contest, phase, now, poll_id)
            await self.contests.save(brand_id, entered, _events_of_entering(contest, entered))
            return entered

        return await transaction(self.contests.client, work)


def _events_of_entering(before: Contest, entered: Contest) -> list[Event]:
    changed = ContestPhaseChanged(
        contest_id=entered.id,
        title=entered.terms.title,
        from_phase=before.phase,
        to_phase=entered.phase,
        poll=_poll_plan(entered) if entered.phase == "voting" else None,
    )
    if before.phase != "draft":
        return [changed]
    terms = asdict(entered.terms)
    return [ContestPublished.model_validate({"contest_id": entered.id, **terms}), changed]


def _poll_plan(contest: Contest) -> PollPlan:
    if contest.poll_id is None:
        raise ValueError(f"{contest.id} has no poll yet")
    return PollPlan(
        poll_id=contest.poll_id,
        rules=PollRules(),
        idea_ids=list(contest.shortlist),
        closes_at=contest.timetable.voting_closes_at,
    )
