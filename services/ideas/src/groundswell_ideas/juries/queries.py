"""What a jury has to do, how far it is, and what it came to."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.juries.rules import (
    Panel,
    Purpose,
    Round,
    Sheet,
    is_candidate,
    is_own,
    is_recused,
)
from groundswell_ideas.juries.rules.scoring import Judged, judged
from groundswell_ideas.juries.store import JuryStore
from groundswell_ideas.submissions.listings import Listing
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit.clock import utc_now
from groundswell_kit.problems import forbidden


@dataclass(frozen=True, slots=True)
class Task:
    """An idea as one juror has it before them; `closed_to_you` says why they do not score it."""

    idea: Idea
    sheet: Sheet | None
    closed_to_you: str | None

    @property
    def id(self) -> str:
        """Its place in the list: when the idea came in."""
        return _came(self.idea)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is: sheets by juror, and how many ideas have their quorum."""

    of: Round
    sheets: Counter[str]
    with_quorum: int


@dataclass(frozen=True, slots=True)
class JuryQueries:
    """Reads only."""

    contests: ContestStore
    ideas: IdeaStore
    juries: JuryStore

    async def overview(
        self, brand_id: str, contest_id: str
    ) -> tuple[Contest, Panel, list[Progress]]:
        """The jury of a contest of the brand, and how far each round is."""
        contest = await self.contests.get(brand_id, contest_id)
        panel = await self.juries.panel(brand_id, contest_id)
        rounds = await self.juries.rounds(brand_id, contest_id)
        return contest, panel, [await self._progress(contest, each) for each in rounds]

    async def tasks(
        self,
        brand_id: str,
        contest_id: str,
        round_id: str,
        juror_id: str,
        after: str | None,
        limit: int,
    ) -> tuple[Contest, list[Task]]:
        """The ideas of a round for one of the jury as they came, from those after a task's id."""
        contest = await self.contests.get(brand_id, contest_id)
        asked = await self.juries.round(brand_id, contest_id, round_id)
        panel = await self.juries.panel(brand_id, contest_id)
        juror = panel.sitting(juror_id)
        if juror is None:
            raise forbidden("Only those on the jury of this contest see what it scores.")
        sheets = {s.idea_id: s for s in await self.juries.sheets(brand_id, round_id, juror_id)}
        tasks = []
        for idea in await self._candidates(contest, asked.purpose, after, limit):
            why = "recused" if is_recused(panel, juror_id, idea.id) else None
            why = "own-entry" if is_own(juror, idea) else why
            why = why if is_candidate(contest, asked.purpose, idea) else "candidate"
            tasks.append(Task(idea, sheets.get(idea.id), why))
        return contest, tasks

    async def results(self, contest: Contest, purpose: Purpose) -> tuple[Judged, ...] | None:
        """What the last closed round of this purpose came to; None as long as none is closed.

        Ideas that take part no longer are left out: they stand in nobody's way.
        """
        rounds = await self.closed_rounds(contest)
        found = [results for each, results in rounds if each.purpose == purpose]
        if not found:
            return None
        ids = [judged.idea_id for judged in found[-1]]
        ideas = await self.ideas.find(contest.brand_id, contest.id, ids)
        return tuple(each for each in found[-1] if ideas[each.idea_id].status == "approved")

    async def closed_rounds(self, contest: Contest) -> list[tuple[Round, tuple[Judged, ...]]]:
        """The closed rounds of a contest, the one that closed last at the end, with the sums."""
        jury, now = contest.terms.selection.jury, utc_now()
        if jury is None:
            return []
        rounds = await self.juries.rounds(contest.brand_id, contest.id)
        over = [(e.closes_at, e) for e in rounds if e.closes_at and e.state(now) == "closed"]
        return [
            (each, judged(jury, await self._counted(contest, each)))
            for _, each in sorted(over, key=lambda pair: (pair[0], pair[1].id))
        ]

    async def _progress(self, contest: Contest, of: Round) -> Progress:
        sheets = await self._counted(contest, of)
        jury = contest.terms.selection.jury
        ranked = [] if jury is None else [j for j in judged(jury, sheets) if j.rank is not None]
        return Progress(of, Counter(sheet.juror_id for sheet in sheets), len(ranked))

    async def _counted(self, contest: Contest, of: Round) -> list[Sheet]:
        """The sheets of a round, but for those of jurors who have a part in the idea by now."""
        sheets = await self.juries.sheets(contest.brand_id, of.id)
        panel = await self.juries.panel(contest.brand_id, contest.id)
        jurors = {juror.juror_id: juror for juror in panel.jurors}
        ids = list({sheet.idea_id for sheet in sheets})
        ideas = await self.ideas.find(contest.brand_id, contest.id, ids)
        return [s for s in sheets if not is_own(jurors[s.juror_id], ideas[s.idea_id])]

    async def _candidates(
        self, contest: Contest, purpose: Purpose, after: str | None, limit: int
    ) -> Sequence[Idea]:
        if purpose == "shortlist":
            approved = Listing(
                brand_id=contest.brand_id, contest_id=contest.id, statuses=("approved",)
            )
            return await self.ideas.page(approved, "oldest", after, limit)
        found = await self.ideas.find(contest.brand_id, contest.id, contest.still_listed)
        ordered = sorted(found.values(), key=_came)
        return [i for i in ordered if after is None or _came(i) > after][:limit]


def _came(idea: Idea) -> str:
    return idea.came or idea.id
