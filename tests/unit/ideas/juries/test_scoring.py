from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.juries.rules import HIGHEST, LOWEST, Sheet
from groundswell_ideas.juries.rules.scoring import judged
from groundswell_ideas.terms.rules import Criterion, Jury

NOW = datetime(2026, 4, 20, tzinfo=UTC)
JURY = Jury(criteria=(Criterion("Originality", 3), Criterion("Use", 2)), quorum=2)

scores = st.tuples(st.integers(LOWEST, HIGHEST), st.integers(LOWEST, HIGHEST))
sheets_given = st.dictionaries(
    st.tuples(st.integers(1, 5), st.integers(1, 4)), scores, max_size=20
).map(lambda given: [sheet(f"idea_{i}", f"jur_{j}", *s) for (i, j), s in given.items()])


def sheet(idea_id: str, juror_id: str, *scored: int) -> Sheet:
    return Sheet(
        round_id="round_1", idea_id=idea_id, juror_id=juror_id, scores=scored, scored_at=NOW
    )


def ranks(jury: Jury, sheets: Sequence[Sheet]) -> dict[str, int | None]:
    return {idea.idea_id: idea.rank for idea in judged(jury, sheets)}


def test_points_are_weighted_sums_of_whole_numbers() -> None:
    (idea,) = judged(JURY, [sheet("idea_1", "jur_1", 8, 5), sheet("idea_1", "jur_2", 10, 1)])
    assert (idea.points, idea.maximum, idea.jurors) == (3 * 8 + 2 * 5 + 3 * 10 + 2, 100, 2)
    assert idea.score == Fraction(66, 100)
    assert idea.rank == 1


def test_more_jurors_alone_bring_nobody_forward() -> None:
    given_by_three = [sheet("idea_1", f"jur_{n}", 6, 6) for n in range(3)]
    given_by_two = [sheet("idea_2", f"jur_{n}", 7, 7) for n in range(2)]
    assert ranks(JURY, [*given_by_three, *given_by_two]) == {"idea_2": 1, "idea_1": 2}


def test_equal_scores_share_a_rank_and_the_next_one_is_left_out() -> None:
    sheets = [
        sheet(idea_id, juror, n, n)
        for idea_id, n in (("idea_1", 7), ("idea_2", 7), ("idea_3", 6))
        for juror in ("jur_1", "jur_2")
    ]
    assert ranks(JURY, sheets) == {"idea_1": 1, "idea_2": 1, "idea_3": 3}


def test_an_idea_without_the_quorum_has_no_rank() -> None:
    alone = sheet("idea_1", "jur_1", 10, 10)
    sheets = [alone, sheet("idea_2", "jur_1", 1, 1), sheet("idea_2", "jur_2", 1, 1)]
    assert ranks(JURY, sheets) == {"idea_2": 1, "idea_1": None}
    assert [idea.idea_id for idea in judged(JURY, sheets)] == ["idea_2", "idea_1"]


@given(sheets=sheets_given, seed=st.integers())
def test_the_order_of_the_sheets_does_not_matter(sheets: list[Sheet], seed: int) -> None:
    shuffled = list(sheets)
    Random(seed).shuffle(shuffled)  # noqa: S311 - an order, not a secret
    assert judged(JURY, shuffled) == judged(JURY, sheets)


@given(sheets=sheets_given)
def test_ranks_are_those_of_the_exact_scores(sheets: list[Sheet]) -> None:
    results = judged(JURY, sheets)
    ranked = [idea for idea in results if idea.rank is not None]
    for idea in results:
        assert (idea.rank is None) == (idea.jurors < JURY.quorum)
        assert idea.points <= idea.maximum
    for idea in ranked:
        assert idea.rank == 1 + sum(other.score > idea.score for other in ranked)


@given(sheets=sheets_given, factor=st.integers(1, 50))
def test_only_the_proportion_of_the_weights_counts(sheets: list[Sheet], factor: int) -> None:
    heavier = Jury(
        criteria=tuple(Criterion(c.name, c.weight * factor) for c in JURY.criteria),
        quorum=JURY.quorum,
    )
    assert ranks(heavier, sheets) == ranks(JURY, sheets)
