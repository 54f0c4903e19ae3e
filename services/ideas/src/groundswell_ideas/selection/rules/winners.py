"""Who can be chosen, what the vote and the jury bind, and who stands behind whom. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from groundswell_ideas.contests.rules import Contest, Winner
from groundswell_ideas.juries.rules.scoring import Judged
from groundswell_ideas.selection.rules import (
    DELIBERATED,
    SELECTED,
    CertifiedTally,
    gone,
    listed_in,
    region_of,
)
from groundswell_ideas.selection.rules.rankings import Placing, ahead_of, placings
from groundswell_ideas.terms.rules import Obstacle


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a manager chooses: the winners, of one region if there are some, and why.

    `alternates` are those who stand behind them, where the terms leave the line to the brand;
    None: the next ones in the ranking.
    """

    idea_ids: tuple[str, ...]
    reason: str
    region: str | None = None
    alternates: tuple[str, ...] | None = None


def may_have_winners(contest: Contest) -> bool:
    """Whether winners come now: from deliberation on, or where a course has none while it is open.

    Nobody wins in a draft, and nobody any more once the contest is closed.
    """
    if "deliberation" in contest.programme.ahead_of("draft"):
        return contest.phase in DELIBERATED
    return contest.phase not in ("draft", "closed")


def ranking(
    contest: Contest,
    tally: CertifiedTally | None,
    judged: Sequence[Judged] | None,
    region: str | None,
) -> tuple[Placing, ...]:
    """The ranking that decides in a contest, or in one of its regions."""
    among = set(listed_in(contest, region))
    return placings(contest.terms.selection.winners, tally, judged, among)


def binds(contest: Contest) -> bool:
    """Whether the ranking is to be followed: a binding vote, a jury, or the weights of both."""
    by = contest.terms.selection.winners.by
    return by in ("jury", "weighted") or (by == "tally" and contest.terms.vote == "binding")


def obstacles_to_selecting(
    contest: Contest,
    tally: CertifiedTally | None,
    idea_ids: Sequence[str],
    *,
    judged: Sequence[Judged] | None = None,
    region: str | None = None,
    out: Collection[str] = (),
) -> list[Obstacle]:
    """What keeps shortlisted ideas from being selected as the winners.

    Those that are `out` take part no longer: taken back, say, or gone on in another idea.

    A ranking that binds lets nobody be passed over but by a veto; an advisory vote does. Where
    the terms say how many win, so many do, or all that can; and while fewer stand, the others
    are selected. Else others come when all who won were vetoed.
    """
    if not may_have_winners(contest):
        return [Obstacle("phase", "phase", f"winners cannot be selected in {contest.phase}")]
    places = _places_left(contest, region)
    if places == 0:
        return [SELECTED]
    if contest.terms.selection.winners.by in ("jury", "weighted") and judged is None:
        return [Obstacle("jury", "open", "no round of the jury on the winners is closed")]
    hurdles = _Hurdles(contest, tally, judged, region, out)
    found = [
        Obstacle(f"idea_ids.{position}", rule, f"{idea_id} {words}")
        for position, idea_id in enumerate(idea_ids)
        for rule, words in hurdles.of(idea_id)
    ]
    able = [i for i in listed_in(contest, region) if not hurdles.of(i)]
    if places is not None and len(idea_ids) != min(places, len(able)):
        message = f"{min(places, len(able))} ideas are to win, and not {len(idea_ids)}"
        found.append(Obstacle("idea_ids", "count", message))
    if binds(contest):
        found += _passed_over(contest, ranking(contest, tally, judged, region), idea_ids, out)
    return found


def obstacles_to_lining_up(
    contest: Contest, choice: Choice, out: Collection[str] = ()
) -> list[Obstacle]:
    """What keeps a manager's own line of alternates from standing behind the winners."""
    if choice.alternates is None:
        return []
    if binds(contest):
        message = "the ranking says who is next in line"
        return [Obstacle("body.alternate_ids", "ranking", message)]
    if len(choice.alternates) > contest.terms.selection.alternates:
        message = f"{contest.terms.selection.alternates} alternates stand in line at most"
        return [Obstacle("body.alternate_ids", "maximum", message)]
    won = (winner.idea_id for winner in contest.winners)
    unable = {*out, *gone(contest), *choice.idea_ids, *won}
    return [
        Obstacle(f"body.alternate_ids.{position}", "able", f"{idea_id} wins, or cannot win")
        for position, idea_id in enumerate(choice.alternates)
        if idea_id in unable or idea_id not in listed_in(contest, choice.region)
    ]


def with_winners(
    contest: Contest,
    tally: CertifiedTally | None,
    choice: Choice,
    at: datetime,
    *,
    judged: Sequence[Judged] | None = None,
    out: Collection[str] = (),
) -> Contest:
    """The contest with its winners, each with its rank, and with those who stand behind them."""
    region = choice.region
    places = ranking(contest, tally, judged, region)
    ranks = {place.idea_id: place.rank for place in places}
    won = (
        Winner(i, choice.reason, ranks.get(i), at, region=choice.region) for i in choice.idea_ids
    )
    selected = replace(contest, winners=(*contest.winners, *won))
    line = choice.alternates
    if line is None:
        hurdles = _Hurdles(selected, tally, judged, region, out)
        line = _line(selected, places, listed_in(contest, region), hurdles)
    others = (i for i in contest.alternates if region_of(contest, i) != region)
    return replace(selected, version=contest.version + 1, alternates=(*others, *line))


def _places_left(contest: Contest, region: str | None) -> int | None:
    """How many can still be selected; None: any number."""
    standing = sum(winner.region == region for winner in contest.winners)
    count = contest.terms.selection.winners.count
    found = None if region is None else contest.region(region)
    if found is not None and found.winners is not None:
        count = found.winners
    if count is None:
        return 0 if standing else None
    return max(0, count - standing)


class _Hurdles:
    """What keeps each idea from winning, as a rule and in words; at most one of them."""

    def __init__(
        self,
        contest: Contest,
        tally: CertifiedTally | None,
        judged: Sequence[Judged] | None,
        region: str | None,
        out: Collection[str],
    ) -> None:
        selection = contest.terms.selection
        self._out = out
        self._vetoed = {veto.idea_id for veto in contest.vetoes}
        self._dropped = {out.idea_id for out in contest.dropouts}
        self._won = {winner.idea_id for winner in contest.winners}
        self._here = None if region is None else set(listed_in(contest, region))
        self._judged = self._enough = None
        if selection.winners.by in ("jury", "weighted"):
            self._judged = {idea.idea_id for idea in judged or () if idea.rank is not None}
        needed = selection.shortlist.threshold_votes
        if needed is not None and tally is not None:
            self._enough = {idea.idea_id for idea in tally.ideas if idea.votes >= needed}

    def of(self, idea_id: str) -> list[tuple[str, str]]:
        """The hurdle of an idea."""
        if idea_id in self._vetoed:
            return [("vetoed", "is vetoed")]
        if idea_id in self._dropped:
            return [("dropped", "has dropped out")]
        if idea_id in self._won:
            return [("selected", "stands selected")]
        if idea_id in self._out:
            return [("approved", "takes part no longer")]
        if self._here is not None and idea_id not in self._here:
            return [("region", "is not on the shortlist of this region")]
        if self._judged is not None and idea_id not in self._judged:
            return [("quorum", "was not scored by enough jurors")]
        if self._enough is not None and idea_id not in self._enough:
            return [("threshold", "has fewer votes than the terms ask for")]
        return []


def _passed_over(
    contest: Contest, places: Sequence[Placing], idea_ids: Sequence[str], out: Collection[str]
) -> list[Obstacle]:
    nobodys = {*out, *gone(contest), *(winner.idea_id for winner in contest.winners)}
    by = contest.terms.selection.winners.by
    field, rule = ("vote", "binding") if by == "tally" else ("jury", by)
    return [
        Obstacle(field, rule, f"{passed.idea_id} at rank {passed.rank} comes first")
        for passed in ahead_of(places, idea_ids)
        if passed.idea_id not in nobodys
    ]


def _line(
    contest: Contest, places: Sequence[Placing], listed: Sequence[str], hurdles: _Hurdles
) -> tuple[str, ...]:
    here = set(listed)
    ordered = sorted(places, key=lambda place: (place.rank, place.idea_id))
    waiting = [p.idea_id for p in ordered if p.idea_id in here and not hurdles.of(p.idea_id)]
    return tuple(waiting[: contest.terms.selection.alternates])
