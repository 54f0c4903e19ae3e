"""The page that shows how a contest was decided, put together for everybody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from groundswell_ideas.contests.parts import TimetableAnswer
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.schemas import selection_as_shown
from groundswell_ideas.decisions.schemas import Decision
from groundswell_ideas.juries.rules import Round
from groundswell_ideas.juries.rules.scoring import Judged
from groundswell_ideas.juries.store import JuryStore
from groundswell_ideas.merging.rules import MergeRecord
from groundswell_ideas.merging.store import MergeStore
from groundswell_ideas.polls.rules import Poll
from groundswell_ideas.reviews.queries import ReviewQueries
from groundswell_ideas.selection.queries import RankingQueries
from groundswell_ideas.selection.rules import CertifiedTally, deciding_poll, region_of
from groundswell_ideas.selection.rules.rankings import passed_over
from groundswell_ideas.selection.store import TallyStore
from groundswell_ideas.submissions.store import IdeaStore

Titles = Mapping[str, str]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DecisionQueries:
    """Reads only."""

    contests: ContestQueries
    ideas: IdeaStore
    tallies: TallyStore
    rankings: RankingQueries
    juries: JuryStore
    reviews: ReviewQueries
    merges: MergeStore

    async def decision(self, contest_id: str) -> Decision:
        """Rules, tallies, scores in sum, vetoes, winners and all else, as far as there is any.

        Raises the not-found problem for a contest that has not opened.
        """
        contest = await self.contests.read(contest_id, staff_of=None)
        brand_id = contest.brand_id
        tallies = await self.tallies.find(brand_id, [poll.id for poll in contest.polls])
        rounds = await self.rankings.juries.closed_rounds(contest)
        panel = await self.juries.panel(brand_id, contest.id)
        windows = await self.reviews.counts(contest)
        merges = await self.merges.with_votes(brand_id, contest.id)
        titles = await self.ideas.titles(brand_id, contest.id, _named(contest, rounds))
        return Decision.model_validate(
            {
                "contest_id": contest.id,
                **asdict(contest.terms),
                "timetable": TimetableAnswer.of(contest),
                "selection": selection_as_shown(contest),
                "phase": contest.phase,
                "shortlist": _listed(contest, contest.shortlist, titles),
                "merged": [_merge(merge, titles) for merge in _counted(contest, merges)],
                **_tallies(contest, tallies, titles),
                "jurors": [juror.office for juror in panel.jurors if juror.left_at is None],
                "jury_rounds": [_round(*closed, titles) for closed in rounds],
                "ranking": await self._ranking(contest, titles),
                **_outcome(contest, titles),
                "overruled": any(_overruled(contest, tallies)),
                "review_windows": [
                    asdict(window) | {"collected": collected, "answered": answered}
                    for window, collected, answered in windows
                ],
                "milestones": contest.milestones,
            }
        )

    async def _ranking(self, contest: Contest, titles: Titles) -> list[Json]:
        if contest.terms.selection.winners.by not in ("jury", "weighted"):
            return []
        return [
            {
                "idea_id": place.idea_id,
                "title": titles[place.idea_id],
                "region": region,
                "rank": place.rank,
                "numerator": place.score.numerator,
                "denominator": place.score.denominator,
            }
            for region in _regions(contest)
            for place in await self.rankings.places(contest, region)
        ]


def _regions(contest: Contest) -> Sequence[str | None]:
    return [region.name for region in contest.terms.regions] or [None]


def _named(contest: Contest, rounds: Sequence[tuple[Round, Sequence[Judged]]]) -> list[str]:
    judged = {idea.idea_id for _, results in rounds for idea in results}
    won = {winner.idea_id for winner in contest.winners}
    return [*{*contest.shortlist, *judged, *won}]


def _listed(contest: Contest, idea_ids: Sequence[str], titles: Titles) -> list[Json]:
    return [{"idea_id": i, "title": titles[i], "region": region_of(contest, i)} for i in idea_ids]


def _counted(contest: Contest, merges: Sequence[MergeRecord]) -> Iterable[MergeRecord]:
    """The last merge of each two ideas that count as one in a poll, whatever came of them later."""
    last = {(merge.idea_id, merge.into_idea_id): merge for merge in merges}
    stand = {
        (merge.idea_id, merge.into_idea_id)
        for poll in contest.polls
        for merge in poll.merged
        if merge.into_idea_id in poll.idea_ids  # or the votes for both have left with it
    }
    return (merge for pair, merge in last.items() if pair in stand)


def _merge(merge: MergeRecord, titles: Titles) -> Json:
    return asdict(merge) | {
        "title": titles[merge.idea_id],
        "into_title": titles[merge.into_idea_id],
        "reason": merge.why.words,
    }


def _tallies(contest: Contest, tallies: Mapping[str, CertifiedTally], titles: Titles) -> Json:
    deciding = contest.deciding_poll
    shown = {p.id: _tally(p, tallies[p.id], titles) for p in contest.polls if p.id in tallies}
    tally = shown.pop(deciding.id, None) if deciding else None
    return {"tally": tally, "other_tallies": list(shown.values())}


def _tally(poll: Poll, tally: CertifiedTally, titles: Titles) -> Json:
    ideas = [asdict(idea) | {"title": titles[idea.idea_id]} for idea in tally.ideas]
    return asdict(tally) | {"name": poll.name, "region": poll.region, "ideas": ideas}


def _round(closed: Round, results: Sequence[Judged], titles: Titles) -> Json:
    ideas = [asdict(idea) | {"title": titles[idea.idea_id]} for idea in results]
    return asdict(closed) | {"ideas": ideas}


def _outcome(contest: Contest, titles: Titles) -> Json:
    return {
        "vetoes": [asdict(v) | {"title": titles[v.idea_id]} for v in contest.vetoes],
        "winners": [asdict(w) | {"title": titles[w.idea_id]} for w in contest.winners],
        "alternates": _listed(contest, contest.alternates, titles),
        "dropouts": [asdict(d) | {"title": titles[d.idea_id]} for d in contest.dropouts],
    }


def _overruled(contest: Contest, tallies: Mapping[str, CertifiedTally]) -> Iterator[bool]:
    dropped = {out.idea_id for out in contest.dropouts}
    for region in _regions(contest):
        poll = deciding_poll(contest, region)
        tally = None if poll is None else tallies.get(poll.id)
        if tally is not None:
            won = [winner.idea_id for winner in contest.winners if winner.region == region]
            yield any(place.idea_id not in dropped for place in passed_over(tally, won))
