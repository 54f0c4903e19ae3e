"""The page that shows how a contest was decided, put together for everybody."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.selection.rules import CertifiedTally, passed_over
from groundswell_ideas.selection.schemas import Decision
from groundswell_ideas.selection.store import TallyStore
from groundswell_ideas.submissions.store import IdeaStore


@dataclass(frozen=True, slots=True)
class SelectionQueries:
    """Reads only."""

    contests: ContestQueries
    ideas: IdeaStore
    tallies: TallyStore

    async def decision(self, contest_id: str) -> Decision:
        """Rules, tally, vetoes and winners of a contest as far as there are any.

        Raises the not-found problem for a contest that has not opened.
        """
        contest = await self.contests.read(contest_id, staff_of=None)
        tally = None
        if contest.poll_id is not None:
            tally = await self.tallies.find(contest.brand_id, contest.poll_id)
        titles = await self.ideas.titles(contest.brand_id, contest.id, contest.shortlist)
        return _decision(contest, tally, titles)


def _decision(
    contest: Contest, tally: CertifiedTally | None, titles: Mapping[str, str]
) -> Decision:
    winner_ids = [winner.idea_id for winner in contest.winners]
    return Decision.model_validate(
        {
            "contest_id": contest.id,
            **asdict(contest.terms),
            "phase": contest.phase,
            "tally": tally and _tally(tally, titles),
            "vetoes": [asdict(v) | {"title": titles[v.idea_id]} for v in contest.vetoes],
            "winners": [asdict(w) | {"title": titles[w.idea_id]} for w in contest.winners],
            "overruled": tally is not None and bool(passed_over(tally, winner_ids)),
        }
    )


def _tally(tally: CertifiedTally, titles: Mapping[str, str]) -> dict[str, object]:
    ideas = [asdict(idea) | {"title": titles[idea.idea_id]} for idea in tally.ideas]
    return asdict(tally) | {"ideas": ideas}
