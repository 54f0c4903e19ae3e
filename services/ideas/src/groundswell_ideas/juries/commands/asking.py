"""Asking jurors for their scores: when a round opens, and who comes to the jury while it is open.

Used by the commands of juries, and by the worker for rounds that the calendar opens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from groundswell_contracts.staff import ScoresAsked
from groundswell_ideas.calendar.rules import RETRY
from groundswell_ideas.chores import do_or_put_off
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.juries.rules import Panel, Round, is_news, is_open_in, noted, told
from groundswell_ideas.juries.store import JuryStore
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction


@dataclass(frozen=True, slots=True)
class Asking:
    """Each juror is asked once for each round.

    An opening is told together with a change of the jury, and so is who joins it: of both at once
    one begins again, and sees the other.
    """

    contests: ContestStore
    juries: JuryStore

    async def keep(self, contest: Contest, kept: Round, now: datetime) -> Round:
        """Stores a round, and asks the jury if it has opened. Part of the caller's transaction."""
        if not is_news(kept, now):
            await self.juries.save_round(contest.brand_id, kept)
            return kept
        after = told(kept)
        await self.juries.save_round(contest.brand_id, after)
        if is_open_in(contest, after, now):
            panel = await self.juries.panel(contest.brand_id, contest.id)
            jurors = [juror.juror_id for juror in panel.jurors if juror.left_at is None]
            events = [_asked(contest, after, jurors)] if jurors else []
            await self.juries.save_panel(contest.brand_id, noted(panel), events)
        return after

    async def join(self, contest: Contest, panel: Panel, juror_id: str, now: datetime) -> None:
        """Stores a jury with somebody new on it, and asks them for the scores of open rounds.

        Part of the caller's transaction.
        """
        rounds = await self.juries.rounds(contest.brand_id, contest.id)
        running = [each for each in rounds if each.told and is_open_in(contest, each, now)]
        events = [_asked(contest, each, [juror_id]) for each in running]
        await self.juries.save_panel(contest.brand_id, panel, events)

    async def ask_next(self) -> bool:
        """Tells that the calendar has opened a round, once; False when none is to be told of.

        One that breaks is put off and logged: no jury waits for another one.
        """
        round_id = await self.juries.next_untold_of_all_brands(utc_now())
        if round_id is None:
            return False

        async def work() -> None:
            opened = await self.juries.round_of_any_brand(round_id)
            if opened is not None:
                contest = await self.contests.get(opened.brand_id, opened.contest_id)
                await self.keep(contest, opened, utc_now())

        await do_or_put_off(
            f"asking for {round_id}",
            partial(transaction, self.contests.client, work),
            partial(self.juries.put_off, round_id, utc_now() + RETRY),
        )
        return True


def _asked(contest: Contest, opened: Round, juror_ids: Sequence[str]) -> ScoresAsked:
    return ScoresAsked(
        contest_id=contest.id,
        title=contest.terms.title,
        round_id=opened.id,
        round=opened.name,
        juror_ids=tuple(juror_ids),
        closes_at=opened.closes_at,
    )
