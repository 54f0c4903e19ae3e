"""How ideas are placed: by the tally, by the jury, or by stated weights of both. Pure and exact."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeVar

from groundswell_ideas.juries.rules.scoring import Judged
from groundswell_ideas.selection.rules import CertifiedTally
from groundswell_ideas.terms.rules import Winning


class Ranked(Protocol):
    """Something with a place."""

    @property
    def idea_id(self) -> str:
        """The idea that has the place."""
        ...

    @property
    def rank(self) -> int:
        """Its number, from 1; equal ones share it."""
        ...


Place = TypeVar("Place", bound=Ranked)


@dataclass(frozen=True, slots=True)
class Placing:
    """The place of an idea in the ranking that decides, and the exact score that it has it for."""

    idea_id: str
    score: Fraction
    rank: int


def placings(
    winning: Winning,
    tally: CertifiedTally | None,
    judged: Sequence[Judged] | None,
    among: Collection[str],
) -> tuple[Placing, ...]:
    """The ranking that decides, the best first; equal ones in the order of their ids.

    `weighted` adds two parts by their weights. Each is a share of the best one's: the votes of
    those of the idea that had most, the jury's score of the highest one. Where no vote was held
    the jury's part is all. An idea without the jury's quorum has no place where a jury counts.
    """
    if winning.by in ("tally", "editorial"):
        ranked = tally.ideas if tally is not None else ()
        return tuple(Placing(idea.idea_id, Fraction(idea.votes), idea.rank) for idea in ranked)
    scored = {j.idea_id: j.score for j in judged or () if j.rank is not None}
    if winning.by == "weighted" and tally is not None:
        scored = _both(winning, tally, scored)
    return _placed({i: score for i, score in scored.items() if i in among})


def passed_over(tally: CertifiedTally, winner_ids: Collection[str]) -> list[Ranked]:
    """The ideas that the vote put before one of the winners and that did not win, best first."""
    return list(ahead_of(tally.ideas, winner_ids))


def ahead_of(ranking: Iterable[Place], chosen: Collection[str]) -> list[Place]:
    """Those placed before one that was chosen, and not chosen themselves, the best first.

    What has no place comes behind all that have one.
    """
    places = {place.idea_id: place for place in ranking}
    ranks = [places[i].rank if i in places else float("inf") for i in chosen]
    lowest = max(ranks, default=0)
    left_out = (p for i, p in places.items() if p.rank < lowest and i not in chosen)
    return sorted(left_out, key=lambda place: place.rank)


def _both(
    winning: Winning, tally: CertifiedTally, scored: dict[str, Fraction]
) -> dict[str, Fraction]:
    most_votes = max((idea.votes for idea in tally.ideas), default=0) or 1
    highest = max(scored.values(), default=Fraction(1))
    votes = {idea.idea_id: idea.votes for idea in tally.ideas}
    whole = winning.tally_weight + winning.jury_weight
    return {
        idea_id: (
            winning.tally_weight * Fraction(votes.get(idea_id, 0), most_votes)
            + winning.jury_weight * score / highest
        )
        / whole
        for idea_id, score in scored.items()
    }


def _placed(scores: dict[str, Fraction]) -> tuple[Placing, ...]:
    ordered = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    ranks: dict[Fraction, int] = {}
    for position, (_, score) in enumerate(ordered, start=1):
        ranks.setdefault(score, position)
    return tuple(Placing(idea_id, score, ranks[score]) for idea_id, score in ordered)
