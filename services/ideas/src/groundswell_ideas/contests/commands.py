"""What a brand can do with a contest: draft, clone and edit it, lead it through its phases.

What its calendar does by itself is done here too, as a person does it.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial

from groundswell_contracts.commitments import CommitmentOverdue
from groundswell_contracts.contests import ContestPhaseChanged, ContestPublished
from groundswell_contracts.event import Event
from groundswell_contracts.staff import StaffBriefed
from groundswell_ideas.calendar.rules import (
    RETRY,
    Timer,
    after_entering,
    is_due,
    planned,
    refused,
    settled,
)
from groundswell_ideas.calendar.store import TimerStore
from groundswell_ideas.chores import do_or_put_off
from groundswell_ideas.contests.answers import AnswerCounts
from groundswell_ideas.contests.phases import enter, is_overdue, obstacles_to_entering, overdue
from groundswell_ideas.contests.rules import (
    Contest,
    PhaseReached,
    obstacles_to_editing,
    promised_polls,
    with_polls,
    with_terms,
)
from groundswell_ideas.contests.shortlists import Shortlists, ShortlistTidings
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.polls.events import plan_to
from groundswell_ideas.templates.rules import Programme, obstacles_to_adjusting
from groundswell_ideas.terms.rules import Obstacle, Phase, Terms
from groundswell_ideas.terms.rules.briefings import brought_up_to_date
from groundswell_ideas.terms.rules.contradictions import contradictions
from groundswell_ideas.terms.rules.local_times import to_utc
from groundswell_kit.clock import utc_now
from groundswell_kit.etags import check_if_match
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import VALIDATION
from groundswell_kit.refusals import refuse_for

log = get_logger()

_BROKEN = Obstacle("timer", "internal", "something broke, and is in the log")


@dataclass(frozen=True, slots=True)
class ContestCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestStore
    timers: TimerStore
    answers: AnswerCounts
    shortlists: Shortlists
    tidings: ShortlistTidings

    async def draft(
        self, brand_id: str, programme: Programme, template: Terms, terms: Terms
    ) -> Contest:
        """A new contest that only its brand sees; `template` are the terms that it began with."""
        _refuse_terms(programme, template, terms)
        return await self._add(brand_id, programme, terms)

    async def clone(self, brand_id: str, contest_id: str) -> Contest:
        """A new draft with the terms, and the template, of a contest of the brand."""
        original = await self.contests.get(brand_id, contest_id)
        return await self._add(brand_id, original.programme, original.terms, contest_id)

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
            _refuse_terms(contest.programme, contest.terms, edited.terms)
            await self.contests.save(brand_id, edited, [])
            await self._plan_timers(edited)
            return edited

        return await transaction(self.contests.client, work)

    async def brief_staff(self, brand_id: str, contest_id: str) -> Contest:
        """Tells the brand's staff of a contest, before everybody else, in the words for them.

        Once for each wording: a repeat, and one after the opening, changes nothing.
        """

        async def work() -> Contest:
            contest, now = await self.contests.get(brand_id, contest_id), utc_now()
            briefing = brought_up_to_date(contest.briefing, contest.terms, now)
            if briefing == contest.briefing:
                return contest
            briefed = replace(contest, version=contest.version + 1, briefing=briefing)
            told = _briefed(briefed, _opens_at(briefed, now))
            await self.contests.save(brand_id, briefed, [told])
            return briefed

        return await transaction(self.contests.client, work)

    async def enter_phase(
        self, brand_id: str, contest_id: str, if_match: str | None, phase: Phase
    ) -> Contest:
        """Leads a contest into its next phase. Refused with all that is missing for it."""

        async def work() -> Contest:
            contest = await self.contests.get(brand_id, contest_id)
            check_if_match(if_match, contest.version)
            contest, new = await self._before(contest, phase)
            refuse_for(obstacles_to_entering(contest, phase, utc_now()))
            return await self._enter(contest, phase, new)

        return await transaction(self.contests.client, work)

    async def try_next_timer(self) -> bool:
        """Does what the timer that is due is for, once, or notes what stands in its way.

        Whether there was one. Whoever else has done it meanwhile, nothing is repeated. One that
        breaks is put off and logged: no contest waits for another one.
        """
        timer_id = await self.timers.next_due(utc_now())
        if timer_id is None:
            return False

        async def work() -> None:
            timer = await self.timers.get(timer_id)
            if timer is not None and is_due(timer, utc_now()):
                await self._fire(timer)

        await do_or_put_off(
            f"timer {timer_id}",
            partial(transaction, self.contests.client, work),
            partial(self.timers.put_off, timer_id, utc_now() + RETRY, _BROKEN),
        )
        return True

    async def _fire(self, timer: Timer) -> None:
        now = utc_now()
        contest = await self.contests.get(timer.brand_id, timer.contest_id)
        if timer.aim == "answer":
            await self._call_in_answer(contest, timer)
            return
        contest, new = await self._before(contest, timer.aim)
        if obstacles := obstacles_to_entering(contest, timer.aim, now):
            await self.timers.save(timer.brand_id, refused(timer, obstacles, now))
            log.info("timer refused", timer=timer.id, rules=[one.rule for one in obstacles])
        else:
            await self.timers.save(timer.brand_id, settled(timer, "done", now))
            await self._enter(contest, timer.aim, new)

    async def _add(
        self, brand_id: str, programme: Programme, terms: Terms, cloned_from: str | None = None
    ) -> Contest:
        contest = Contest(
            brand_id=brand_id,
            id=new_id("con"),
            programme=programme,
            terms=terms,
            phases=(PhaseReached("draft", utc_now()),),
            cloned_from=cloned_from,
        )

        async def work() -> Contest:
            await self.contests.add(brand_id, contest, [])
            await self._plan_timers(contest)
            return contest

        return await transaction(self.contests.client, work)

    async def _before(self, contest: Contest, phase: Phase) -> tuple[Contest, list[str]]:
        """The contest as it stands at the door of a phase, and the ideas new on its shortlist."""
        if phase not in ("voting", "deliberation") or contest.polls:
            return contest, []
        return await self.shortlists.at_the_vote(contest)

    async def _enter(self, contest: Contest, phase: Phase, new: Sequence[str]) -> Contest:
        now = utc_now()
        entered = enter(contest, phase, now)
        if phase == "voting":
            entered = with_polls(entered, [new_id("poll") for _ in promised_polls(contest)])
        events = _events_of_entering(contest, entered)
        await self.contests.save(contest.brand_id, entered, events)
        await self.tidings.tell(entered, new)
        if contest.phase == "draft":
            await self._plan_timers(entered)
        else:
            await self._cancel_timers(entered)
        return entered

    async def _plan_timers(self, contest: Contest) -> None:
        """The calendar of a draft may open it; its word on an answer counts once it has opened."""
        ahead = contest.programme.ahead_of(contest.phase)
        timers = planned(contest.brand_id, contest.id, contest.terms, ahead, utc_now())
        if contest.phase == "draft":
            opening = contest.programme.step("draft").onward
            timers = [timer for timer in timers if timer.aim in opening]
        await self.timers.plan(contest.brand_id, contest.id, timers)

    async def _cancel_timers(self, contest: Contest) -> None:
        ahead = contest.programme.ahead_of(contest.phase)
        for timer in await self.timers.open(contest.brand_id, contest.id):
            after = after_entering(timer, ahead, utc_now())
            if after != timer:
                await self.timers.save(contest.brand_id, after)

    async def _call_in_answer(self, contest: Contest, timer: Timer) -> None:
        now = utc_now()
        await self.timers.save(timer.brand_id, settled(timer, "done", now))
        to_answer, answered = await self.answers.answers(
            contest.brand_id,
            contest.id,
            timer.due_at,
            ends_with_publication=contest.programme.ends_with_publication,
        )
        if contest.terms.answer_by is None or not is_overdue(contest, to_answer, answered):
            return
        told = CommitmentOverdue(
            contest_id=contest.id,
            title=contest.terms.title,
            answer_by=contest.terms.answer_by,
            to_answer=to_answer,
            answered=answered,
        )
        await self.contests.save(contest.brand_id, overdue(contest, now), [told])


def _refuse_terms(programme: Programme, before: Terms, after: Terms) -> None:
    found = obstacles_to_adjusting(programme, asdict(before), asdict(after))
    refuse_for([*found, *contradictions(after, programme.ahead_of("draft"))], VALIDATION)


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
    briefed = [] if entered.briefing == before.briefing else [_briefed(entered, entered.opened_at)]
    return [*briefed, _published(entered), changed]


def _opens_at(contest: Contest, now: datetime) -> datetime | None:
    """When a draft opens by itself; None when its calendar leaves that open, or the time passed."""
    opening = contest.programme.step("draft").onward
    entries = (entry for entry in contest.terms.calendar if entry.to in opening)
    times = (to_utc(entry.at, contest.terms.time_zone) for entry in entries)
    return next((at for at in times if at > now), None)


def _briefed(contest: Contest, opens_at: datetime | None) -> StaffBriefed:
    terms = contest.terms
    return StaffBriefed(
        contest_id=contest.id, title=terms.title, words=terms.staff_words, opens_at=opens_at
    )


def _published(contest: Contest) -> ContestPublished:
    terms = contest.terms
    calendar = [{"to": e.to, "at": to_utc(e.at, terms.time_zone)} for e in terms.calendar]
    return ContestPublished.model_validate(
        {
            "contest_id": contest.id,
            **asdict(terms),
            "template": contest.programme.name,
            "calendar": calendar,
            "regions": [region.name for region in terms.regions],
        }
    )
