"""What authors do with a win, and a brand with a winner that it cannot verify."""

from dataclasses import dataclass, replace
from typing import Literal

from groundswell_contracts.event import Event
from groundswell_ideas.contests.rules import Contest, Payee, Winner
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.selection import events
from groundswell_ideas.selection.queries import RankingQueries
from groundswell_ideas.selection.rules import region_of
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_ideas.winners.rules import (
    DECLINED,
    come_up,
    confirmed,
    dropped,
    in_line,
    obstacles_to_confirming,
    obstacles_to_declining,
    obstacles_to_dropping,
    winner_of,
)
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import transaction
from groundswell_kit.problems import not_found
from groundswell_kit.refusals import refuse_for

CAME_UP = "Next in line: another winner dropped out."


@dataclass(frozen=True, slots=True)
class WinnerCommands:
    """Each verb is one transaction, or part of the caller's."""

    contests: ContestStore
    ideas: IdeaStore
    rankings: RankingQueries

    async def confirm(
        self, contest_id: str, idea_id: str, participant_id: str, payee: Payee
    ) -> Winner:
        """Lets the author of a winner take the win and say who gets what is promised.

        The same again changes nothing.
        """

        async def work() -> Winner:
            contest, idea, winner = await self._own(contest_id, idea_id, participant_id)
            if winner.confirmed_at is not None and winner.payee == payee:
                return winner
            refuse_for(obstacles_to_confirming(contest, winner, payee))
            now = utc_now()
            taken = confirmed(contest, idea_id, payee, now)
            await self.contests.save(taken.brand_id, taken, [events.confirmed(idea, payee)])
            return replace(winner, confirmed_at=now, payee=payee)

        return await transaction(self.contests.client, work)

    async def decline(
        self, contest_id: str, idea_id: str, participant_id: str, reason: str | None
    ) -> Contest:
        """Lets the author of a winner decline; who is next in line comes up."""

        async def work() -> Contest:
            contest, idea, winner = await self._own(contest_id, idea_id, participant_id)
            refuse_for(obstacles_to_declining(contest, winner))
            return await self._drop(contest, idea, "declined", reason or DECLINED)

        return await transaction(self.contests.client, work)

    async def drop(self, brand_id: str, contest_id: str, idea_id: str, reason: str) -> Contest:
        """Drops a winner that cannot be verified, with a public reason; the next in line comes up.

        Raises the not-found problem for an idea that does not stand selected.
        """

        async def work() -> Contest:
            contest = await self.contests.get(brand_id, contest_id)
            if winner_of(contest, idea_id) is None:
                raise not_found("There is no such winner.")
            refuse_for(obstacles_to_dropping(contest))
            idea = await self.ideas.get(brand_id, idea_id)
            return await self._drop(contest, idea, "not_verified", reason)

        return await transaction(self.contests.client, work)

    async def _own(
        self, contest_id: str, idea_id: str, participant_id: str
    ) -> tuple[Contest, Idea, Winner]:
        contest = await self.contests.find_public(contest_id)
        idea = await self.ideas.find_public(idea_id)
        winner = None if contest is None else winner_of(contest, idea_id)
        if contest is None or idea is None or winner is None:
            raise not_found("There is no such winner.")
        if idea.participant_id != participant_id:
            raise not_found("There is no such winner of yours.")
        return contest, idea, winner

    async def _drop(
        self,
        contest: Contest,
        idea: Idea,
        cause: Literal["declined", "not_verified"],
        reason: str,
    ) -> Contest:
        now, region = utc_now(), region_of(contest, idea.id)
        by_author = cause == "declined"
        changed = dropped(contest, idea.id, reason, now, by_author=by_author)
        told: list[Event] = [events.declined(idea, cause, reason)]
        found = await self.ideas.find(contest.brand_id, contest.id, in_line(contest, region))
        able = [i for i in in_line(contest, region) if found[i].status == "approved"]
        if able:
            places = await self.rankings.places(contest, region)
            ranks = {place.idea_id: place.rank for place in places}
            changed = come_up(changed, able[0], ranks, CAME_UP, now)
            told.append(events.selected(found[able[0]], changed.winners[-1]))
        await self.contests.save(contest.brand_id, changed, told)
        return changed
