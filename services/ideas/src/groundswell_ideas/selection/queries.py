"""The shortlist as the vote opens, and the ranking that decides."""

from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_contracts.event import Event
from groundswell_ideas.contests.rules import SHORTLIST_MAXIMUM, Contest
from groundswell_ideas.juries.queries import JuryQueries
from groundswell_ideas.selection.events import shortlisted
from groundswell_ideas.selection.rules import deciding_poll
from groundswell_ideas.selection.rules.rankings import Placing
from groundswell_ideas.selection.rules.shortlists import filled, takes_all
from groundswell_ideas.selection.rules.winners import ranking
from groundswell_ideas.selection.store import TallyStore
from groundswell_ideas.submissions.listings import Listing
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore


@dataclass(frozen=True, slots=True)
class ShortlistQueries:
    """Reads only."""

    ideas: IdeaStore

    async def at_the_vote(self, contest: Contest) -> tuple[Contest, list[Event]]:
        """The contest with the shortlist that its vote opens with, and what is told of it.

        All approved ideas come on a shortlist that takes all; from any other go those that are
        approved no more.
        """
        approved = await self._approved(contest)
        listed, before = filled(contest, approved), set(contest.shortlist)
        by_id = {idea.id: idea for idea in approved}
        return listed, [shortlisted(by_id[i]) for i in listed.shortlist if i not in before]

    async def _approved(self, contest: Contest) -> Sequence[Idea]:
        if takes_all(contest):
            approved = Listing(
                brand_id=contest.brand_id, contest_id=contest.id, statuses=("approved",)
            )
            return await self.ideas.page(approved, "oldest", None, SHORTLIST_MAXIMUM + 1)
        found = await self.ideas.find(contest.brand_id, contest.id, contest.shortlist)
        return [idea for idea in found.values() if idea.status == "approved"]


@dataclass(frozen=True, slots=True)
class RankingQueries:
    """Reads only."""

    tallies: TallyStore
    juries: JuryQueries

    async def places(self, contest: Contest, region: str | None) -> tuple[Placing, ...]:
        """The ranking that decides in a contest, or in one of its regions; empty before it is."""
        poll = deciding_poll(contest, region)
        ids = [] if poll is None else [poll.id]
        tally = next(iter((await self.tallies.find(contest.brand_id, ids)).values()), None)
        return ranking(contest, tally, await self.juries.results(contest, "winners"), region)
