"""What the scores of a jury come to: exact sums of whole numbers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from groundswell_ideas.juries.rules import HIGHEST, Sheet
from groundswell_ideas.terms.rules import Jury


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What an idea got in a round: `points` of at most `maximum`, by so many jurors.

    Without the quorum it has no rank. Equal scores share one, and the ranks after are left out.
    """

    idea_id: str
    points: int
    maximum: int
    jurors: int
    rank: int | None

    @property
    def score(self) -> Fraction:
        """Its part of what it could have got: comparable whoever many scored it."""
        return Fraction(self.points, self.maximum)


def judged(jury: Jury, sheets: Iterable[Sheet]) -> tuple[Judged, ...]:
    """Each idea that was scored, the best first, then those without a quorum.

    The order of the sheets does not matter. Equal ones stand in the order of their ids, which is
    that in which they were handed in.
    """
    by_idea: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        by_idea.setdefault(sheet.idea_id, []).append(sheet)
    summed = [_summed(jury, idea_id, given) for idea_id, given in by_idea.items()]
    ranked = sorted((j for j in summed if j.jurors >= jury.quorum), key=_best_first)
    short = sorted((j for j in summed if j.jurors < jury.quorum), key=lambda j: j.idea_id)
    return (*_with_ranks(ranked), *short)


def _best_first(idea: Judged) -> tuple[Fraction, str]:
    return -idea.score, idea.idea_id


def _summed(jury: Jury, idea_id: str, sheets: Sequence[Sheet]) -> Judged:
    weights = [criterion.weight for criterion in jury.criteria]
    points = sum(
        weight * score
        for sheet in sheets
        for weight, score in zip(weights, sheet.scores, strict=True)
    )
    return Judged(
        idea_id=idea_id,
        points=points,
        maximum=HIGHEST * sum(weights) * len(sheets),
        jurors=len(sheets),
        rank=None,
    )


def _with_ranks(ordered: Sequence[Judged]) -> Iterable[Judged]:
    rank, before = 0, None
    for position, idea in enumerate(ordered, start=1):
        if idea.score != before:
            rank, before = position, idea.score
        yield Judged(
            idea_id=idea.idea_id,
            points=idea.points,
            maximum=idea.maximum,
            jurors=idea.jurors,
            rank=rank,
        )
