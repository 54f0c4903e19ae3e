from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.juries.rules.scoring import Judged
from groundswell_ideas.selection.rules import CertifiedTally, RankedIdea
from groundswell_ideas.selection.rules.rankings import Placing, ahead_of, placings
from groundswell_ideas.terms.rules import Winning

NOW = datetime(2026, 4, 20, tzinfo=UTC)
IDEAS = [f"idea_{n}" for n in range(1, 7)]
BOTH = Winning(by="weighted", tally_weight=1, jury_weight=1)

votes_given = st.dictionaries(st.sampled_from(IDEAS), st.integers(0, 200_000), max_size=6)
points_given = st.dictionaries(st.sampled_from(IDEAS), st.integers(1, 100), max_size=6)
weights = st.integers(1, 1_000)


def tally_of(votes: Mapping[str, int]) -> CertifiedTally:
    ordered = sorted(votes.items(), key=lambda pair: -pair[1])
    return CertifiedTally(
        poll_id="poll_1",
        ideas=tuple(
            RankedIdea(i, n, 1 + sum(other > n for other in votes.values())) for i, n in ordered
        ),
        verdicts={},
        log_hash="ab" * 32,
        certified_at=NOW,
    )


def judged_as(points: Mapping[str, int]) -> list[Judged]:
    """Of at most a hundred points each; below one there was no quorum."""
    return [
        Judged(idea_id=i, points=abs(n), maximum=100, jurors=3, rank=1 if n > 0 else None)
        for i, n in points.items()
    ]


def ranks(placed: tuple[Placing, ...]) -> dict[str, int]:
    return {place.idea_id: place.rank for place in placed}


def test_both_parts_are_shares_of_the_best_ones() -> None:
    tally, judged = (
        tally_of({"idea_1": 400, "idea_2": 300}),
        judged_as({"idea_1": 45, "idea_2": 90}),
    )
    placed = placings(BOTH, tally, judged, IDEAS)
    assert placed == (
        Placing("idea_2", (Fraction(3, 4) + 1) / 2, 1),
        Placing("idea_1", (1 + Fraction(1, 2)) / 2, 2),
    )
    mostly_votes = replace(BOTH, tally_weight=7, jury_weight=3)
    assert ranks(placings(mostly_votes, tally, judged, IDEAS)) == {"idea_1": 1, "idea_2": 2}


def test_thirds_tie_exactly() -> None:
    """In floating point one of the two would win by a rounding."""
    tally = tally_of({"idea_1": 3, "idea_2": 1, "idea_3": 2})
    judged = judged_as({"idea_1": 10, "idea_2": 30, "idea_3": 20})
    placed = placings(BOTH, tally, judged, IDEAS)
    assert {place.score for place in placed} == {Fraction(2, 3)}
    assert ranks(placed) == {"idea_1": 1, "idea_2": 1, "idea_3": 1}
    assert [place.idea_id for place in placed] == ["idea_1", "idea_2", "idea_3"]


def test_without_a_vote_the_jury_alone_decides() -> None:
    judged = judged_as({"idea_1": 45, "idea_2": 90})
    placed = placings(BOTH, None, judged, IDEAS)
    assert placed == placings(Winning(by="jury"), None, judged, IDEAS)
    assert ranks(placed) == {"idea_2": 1, "idea_1": 2}


def test_an_idea_without_a_quorum_has_no_place() -> None:
    judged = judged_as({"idea_1": -90, "idea_2": 10})
    placed = placings(BOTH, tally_of({"idea_1": 400}), judged, IDEAS)
    assert ranks(placed) == {"idea_2": 1}


def test_a_part_of_the_ideas_is_ranked_among_itself() -> None:
    judged = judged_as({"idea_1": 90, "idea_2": 50, "idea_3": 10})
    placed = placings(Winning(by="jury"), None, judged, {"idea_2", "idea_3"})
    assert ranks(placed) == {"idea_2": 1, "idea_3": 2}


@given(votes=votes_given, points=points_given, tally=weights, jury=weights, seed=st.integers())
def test_the_order_of_what_comes_in_does_not_matter(
    votes: dict[str, int], points: dict[str, int], tally: int, jury: int, seed: int
) -> None:
    winning = Winning(by="weighted", tally_weight=tally, jury_weight=jury)
    judged, certified = judged_as(points), tally_of(votes)
    expected = placings(winning, certified, judged, IDEAS)
    ideas = list(certified.ideas)
    Random(seed).shuffle(judged)  # noqa: S311 - an order, not a secret
    Random(seed).shuffle(ideas)  # noqa: S311
    shuffled = replace(certified, ideas=tuple(ideas))
    assert placings(winning, shuffled, judged, IDEAS) == expected


@given(votes=votes_given, points=points_given, tally=weights, jury=weights, by=weights)
def test_only_proportions_count(
    votes: dict[str, int], points: dict[str, int], tally: int, jury: int, by: int
) -> None:
    """Ten times the voters, or weights of 70 and 30 for 7 and 3, make no difference."""
    winning = Winning(by="weighted", tally_weight=tally, jury_weight=jury)
    heavier = Winning(by="weighted", tally_weight=tally * by, jury_weight=jury * by)
    more = {idea_id: n * by for idea_id, n in votes.items()}
    judged = judged_as(points)
    placed = placings(winning, tally_of(votes), judged, IDEAS)
    assert placings(heavier, tally_of(more), judged, IDEAS) == placed


@given(votes=votes_given, points=points_given, tally=weights, jury=weights)
def test_who_is_better_in_both_parts_comes_first(
    votes: dict[str, int], points: dict[str, int], tally: int, jury: int
) -> None:
    winning = Winning(by="weighted", tally_weight=tally, jury_weight=jury)
    placed = {p.idea_id: p for p in placings(winning, tally_of(votes), judged_as(points), IDEAS)}
    assert placed.keys() == points.keys()
    for one, place in placed.items():
        assert 0 < place.score <= 1
        assert place.rank == 1 + sum(other.score > place.score for other in placed.values())
        for other, behind in placed.items():
            if votes.get(one, 0) >= votes.get(other, 0) and points[one] > points[other]:
                assert place.rank < behind.rank


@given(
    ranked=st.dictionaries(st.sampled_from(IDEAS), st.integers(1, 6)),
    chosen=st.sets(st.sampled_from(IDEAS), min_size=1),
)
def test_nobody_is_passed_over_exactly_when_the_best_are_chosen(
    ranked: dict[str, int], chosen: set[str]
) -> None:
    places = [Placing(idea_id, Fraction(1), rank) for idea_id, rank in ranked.items()]
    passed = {place.idea_id for place in ahead_of(places, chosen)}
    lowest = max(ranked.get(idea_id, 7) for idea_id in chosen)
    assert passed == {i for i, rank in ranked.items() if i not in chosen and rank < lowest}
