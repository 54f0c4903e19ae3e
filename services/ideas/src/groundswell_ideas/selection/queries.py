"""The page that shows how a contest was decided, put together for everybody."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.schemas import TimetableAnswer
from groundswell_ideas.polls.rules import Poll
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
        """Rules, tallies, vetoes and winners of a contest as far as there are any.

        Raises the not-found problem for a contest that has not opened.
        """
        contest = await self.contests.read(contest_id, staff_of=None)
        poll_ids = [poll.id for poll in contest.polls]
        tallies = await self.tallies.find(contest.brand_id, poll_ids)
        titles = await self.ideas.titles(contest.brand_id, contest.id, contest.shortlist)
        return _decision(contest, tallies, titles)


def _decision(
    contest: Contest, tallies: Mapping[str, CertifiedTally], titles: Mapping[str, str]
) -> Decision:
    winner_ids = [winner.idea_id for winner in contest.winners]
    deciding = contest.deciding_poll
    tally = None if deciding is None else tallies.get(deciding.id)
    shown = {p.id: _tally(p, tallies[p.id], titles) for p in contest.polls if p.id in tallies}
    return Decision.model_validate(
        {
            "contest_id": contest.id,
            **asdict(contest.terms),
            "timetable": TimetableAnswer.of(contest),
            "phase": contest.phase,
            "tally": shown.pop(deciding.id, None) if deciding else None,
            "other_tallies": list(shown.values()),
            "vetoes": [asdict(v) | {"title": titles[v.idea_id]} for v in contest.vetoes],
            "winners": [asdict(w) | {"title": titles[w.idea_id]} for w in contest.winners],
            "overruled": tally is not None and bool(passed_over(tally, winner_ids)),
        }
    )


def _tally(poll: Poll, tally: CertifiedTally, titles: Mapping[str, str]) -> dict[str, object]:
    ideas = [asdict(idea) | {"title": titles[idea.idea_id]} for idea in tally.ideas]
    return asdict(tally) | {"name": poll.name, "ideas": ideas}
