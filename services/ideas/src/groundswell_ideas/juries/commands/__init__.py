"""What a brand does with its jury, and what jurors do: score ideas, or step aside."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.juries.commands.asking import Asking
from groundswell_ideas.juries.rules import (
    Juror,
    Panel,
    Purpose,
    Recusal,
    Round,
    Sheet,
    closed,
    is_recused,
    obstacles_to_appointing,
    obstacles_to_changing,
    obstacles_to_planning,
    obstacles_to_scoring,
    obstacles_to_timing,
    opened,
    touched,
    with_juror,
    with_recusal,
    without,
    wrong_scores,
)
from groundswell_ideas.juries.store import JuryStore
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_ideas.terms.rules import Jury, Obstacle
from groundswell_ideas.terms.rules.local_times import to_utc
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import VALIDATION, forbidden, not_found
from groundswell_kit.refusals import refuse_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointed:
    """Who is to join a jury: a member of staff, their office, and who they are as a participant."""

    juror_id: str
    office: str
    participant_id: str | None = None


@dataclass(frozen=True, slots=True)
class JuryCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestStore
    ideas: IdeaStore
    juries: JuryStore
    asking: Asking

    async def appoint(self, brand_id: str, contest_id: str, who: Appointed) -> Juror:
        """Puts somebody on the jury of a contest. The same again changes nothing."""

        async def work() -> Juror:
            contest = await self.contests.get(brand_id, contest_id)
            panel = await self.juries.panel(brand_id, contest_id)
            sitting = panel.sitting(who.juror_id)
            if sitting is not None and sitting == _juror(who, sitting.appointed_at):
                return sitting
            refuse_for(obstacles_to_appointing(contest, panel, who.juror_id))
            now = utc_now()
            joined = with_juror(panel, _juror(who, now))
            await self.asking.join(contest, joined, who.juror_id, now)
            return joined.jurors[-1]

        return await transaction(self.contests.client, work)

    async def replace(
        self, brand_id: str, contest_id: str, juror_id: str, reason: str, by: Appointed | None
    ) -> Panel:
        """Takes somebody off the jury, with a stand-in or without.

        Their scores leave the rounds that are not closed; whoever comes scores by themselves.
        """

        async def work() -> Panel:
            contest = await self.contests.get(brand_id, contest_id)
            panel = await self.juries.panel(brand_id, contest_id)
            if panel.sitting(juror_id) is None:
                raise not_found("There is no such juror.")
            now = utc_now()
            stand_in = None if by is None else by.juror_id
            changed = without(panel, juror_id, reason, stand_in, now)
            if by is None:
                await self.juries.save_panel(brand_id, changed, [])
            else:
                refuse_for(obstacles_to_appointing(contest, changed, by.juror_id))
                changed = with_juror(changed, _juror(by, now))
                await self.asking.join(contest, changed, by.juror_id, now)
            await self._take_away(contest, juror_id, None, now)
            return changed

        return await transaction(self.contests.client, work)

    async def plan(
        self,
        brand_id: str,
        contest_id: str,
        name: str,
        purpose: Purpose,
        opens: datetime | None,
        closes: datetime | None,
    ) -> Round:
        """Plans a round; `opens` and `closes` are local times of the contest's time zone."""
        round_id = new_id("round")

        async def work() -> Round:
            contest = await self.contests.get(brand_id, contest_id)
            planned = Round(
                brand_id=brand_id,
                contest_id=contest_id,
                id=round_id,
                name=name,
                purpose=purpose,
                opens_at=_moment(contest, opens),
                closes_at=_moment(contest, closes),
            )
            rounds, now = await self.juries.rounds(brand_id, contest_id), utc_now()
            refuse_for(obstacles_to_planning(contest, rounds, planned, now))
            return await self.asking.keep(contest, planned, now)

        return await transaction(self.contests.client, work)

    async def set_times(
        self,
        brand_id: str,
        contest_id: str,
        round_id: str,
        opens: datetime | None,
        closes: datetime | None,
    ) -> Round:
        """Gives a round other times, as far as they are said; an open one another end alone."""

        def change(contest: Contest, timed: Round, now: datetime) -> Round:
            if opens is not None:
                refuse_for(obstacles_to_changing(timed, now, opening=True))
            refuse_for(obstacles_to_changing(timed, now))
            changed = replace(
                timed,
                opens_at=timed.opens_at if opens is None else _moment(contest, opens),
                closes_at=timed.closes_at if closes is None else _moment(contest, closes),
            )
            refuse_for(obstacles_to_timing(changed, now))
            return touched(changed)

        return await self._change(brand_id, contest_id, round_id, change)

    async def open(self, brand_id: str, contest_id: str, round_id: str) -> Round:
        """Opens a round by hand, before its time or without one."""

        def change(_: Contest, timed: Round, now: datetime) -> Round:
            refuse_for(obstacles_to_changing(timed, now, opening=True))
            refuse_for(obstacles_to_timing(opened(timed, now), now))
            return opened(timed, now)

        return await self._change(brand_id, contest_id, round_id, change)

    async def close(self, brand_id: str, contest_id: str, round_id: str) -> Round:
        """Closes an open round by hand; its scores count from then on, and for good."""

        def change(_: Contest, timed: Round, now: datetime) -> Round:
            if (state := timed.state(now)) != "open":
                refuse_for([Obstacle("state", state, f"the round is {state}")])
            return closed(timed, now)

        return await self._change(brand_id, contest_id, round_id, change)

    async def score(
        self,
        brand_id: str,
        contest_id: str,
        round_id: str,
        juror_id: str,
        idea_id: str,
        scores: Mapping[str, int],
        note: str | None,
    ) -> tuple[Jury, Sheet]:
        """Keeps what a juror gives an idea, in place of what they gave it before.

        The answer has the terms of the jury that it belongs to.
        """

        async def work() -> tuple[Jury, Sheet]:
            contest = await self.contests.get(brand_id, contest_id)
            scored = await self.juries.round(brand_id, contest_id, round_id)
            juror, panel = await self._sitting(contest, juror_id)
            idea = await self.ideas.get(brand_id, idea_id)
            jury = contest.terms.selection.jury
            if jury is None:
                raise not_found("The terms of this contest know no jury.")
            refuse_for(wrong_scores(jury, scores), VALIDATION)
            now = utc_now()
            refuse_for(obstacles_to_scoring(contest, panel, scored, juror, idea, now))
            sheet = Sheet(
                round_id=round_id,
                idea_id=idea_id,
                juror_id=juror_id,
                scores=tuple(scores[criterion.name] for criterion in jury.criteria),
                note=note,
                scored_at=now,
            )
            await self.juries.save_sheet(brand_id, sheet)
            await self.juries.save_round(brand_id, touched(scored))
            return jury, sheet

        return await transaction(self.contests.client, work)

    async def recuse(
        self, brand_id: str, contest_id: str, juror_id: str, idea_id: str, reason: str
    ) -> Recusal:
        """Lets a juror step aside for one idea; a score they gave it in an open round goes.

        The same again changes nothing.
        """

        async def work() -> Recusal:
            contest = await self.contests.get(brand_id, contest_id)
            if idea_id not in await self.ideas.find(brand_id, contest_id, [idea_id]):
                raise not_found("There is no such idea.")
            _, panel = await self._sitting(contest, juror_id)
            if is_recused(panel, juror_id, idea_id):
                return next(
                    r for r in panel.recusals if (r.juror_id, r.idea_id) == (juror_id, idea_id)
                )
            now = utc_now()
            recusal = Recusal(juror_id, idea_id, reason, now)
            await self.juries.save_panel(brand_id, with_recusal(panel, recusal), [])
            await self._take_away(contest, juror_id, idea_id, now)
            return recusal

        return await transaction(self.contests.client, work)

    async def _change(
        self,
        brand_id: str,
        contest_id: str,
        round_id: str,
        change: Callable[[Contest, Round, datetime], Round],
    ) -> Round:
        async def work() -> Round:
            contest = await self.contests.get(brand_id, contest_id)
            timed = await self.juries.round(brand_id, contest_id, round_id)
            now = utc_now()
            return await self.asking.keep(contest, change(contest, timed, now), now)

        return await transaction(self.contests.client, work)

    async def _sitting(self, contest: Contest, juror_id: str) -> tuple[Juror, Panel]:
        panel = await self.juries.panel(contest.brand_id, contest.id)
        juror = panel.sitting(juror_id)
        if juror is None:
            raise forbidden("Only those on the jury of this contest do that.")
        return juror, panel

    async def _take_away(
        self, contest: Contest, juror_id: str, idea_id: str | None, now: datetime
    ) -> None:
        for each in await self.juries.rounds(contest.brand_id, contest.id):
            if each.state(now) != "closed":
                await self.juries.take_away(contest.brand_id, each.id, juror_id, idea_id)
                await self.juries.save_round(contest.brand_id, touched(each))


def _juror(who: Appointed, at: datetime) -> Juror:
    return Juror(
        juror_id=who.juror_id,
        office=who.office,
        participant_id=who.participant_id,
        appointed_at=at,
    )


def _moment(contest: Contest, local: datetime | None) -> datetime | None:
    return None if local is None else to_utc(local, contest.terms.time_zone)
