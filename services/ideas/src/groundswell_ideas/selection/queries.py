"""The shortlist as the vote opens, and the ranking that decides."""

from dataclasses import dataclass

from groundswell_ideas.contests.rules import SHORTLIST_MAXIMUM, Contest
from groundswell_ideas.juries.queries import JuryQueries
from groundswell_ideas.selection.rules import deciding_poll
from groundswell_ideas.selection.rules.rankings import Placing
from groundswell_ideas.selection.rules.shortlists import filled, takes_all
from groundswell_ideas.selection.rules.winners import ranking
from groundswell_ideas.selection.store import TallyStore
from groundswell_ideas.submissions.store import IdeaStore


@dataclass(frozen=True, slots=True)
class ShortlistQueries:
    """Reads only."""

    ideas: IdeaStore

    async def at_the_vote(self, contest: Contest) -> tuple[Contest, list[str]]:
        """The contest with the shortlist that its vote opens with, and the ideas new on that.

        All approved ideas come on a shortlist that takes all; from any other go those that are
        approved no more.
        """
        among = None if takes_all(contest) else contest.shortlist
        most = SHORTLIST_MAXIMUM + 1
        approved = await self.ideas.approved(contest.brand_id, contest.id, among, most)
        listed, before = filled(contest, approved), set(contest.shortlist)
        return listed, [idea_id for idea_id in listed.shortlist if idea_id not in before]


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
