from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.admission.rules import Declaration
from groundswell_ideas.submissions.rules import WHOLE, Idea, Member
from groundswell_ideas.submissions.rules.teams import (
    has_joined,
    joined,
    left,
    obstacles_to_joining,
    obstacles_to_team,
    standing_shares,
    team_of,
)

GROWN_UP = Declaration(age_confirmed=True, country="GB")


@pytest.mark.parametrize(
    ("named", "rules"),
    [
        ([], []),
        ([("per_1", 10_000)], []),
        ([("per_1", 6_000), ("per_2", 4_000)], []),
        ([("per_1", 0), ("per_2", 10_000)], []),
        ([("per_1", 6_000), ("per_2", 4_001)], ["sum"]),
        ([("per_1", 9_999)], ["sum"]),
        ([("per_2", 10_000)], ["author"]),
        ([("per_1", 5_000), ("per_2", 2_500), ("per_2", 2_500)], ["unique"]),
    ],
)
def test_shares_of_a_team_make_a_whole(named: list[tuple[str, int]], rules: list[str]) -> None:
    assert [obstacle.rule for obstacle in obstacles_to_team("per_1", named)] == rules


def test_a_share_stands_once_its_member_has_confirmed_it(idea: Idea, now: datetime) -> None:
    named = [("per_1", 5_000), ("per_2", 3_000), ("per_3", 2_000)]
    idea = replace(idea, team=team_of(idea, named))
    assert standing_shares(idea) == {"per_1": 10_000}
    assert not has_joined(idea, "per_3")
    idea = joined(idea, "per_3", GROWN_UP, now)
    assert has_joined(idea, "per_3")
    assert standing_shares(idea) == {"per_1": 8_000, "per_3": 2_000}
    idea = joined(idea, "per_2", Declaration(), now)
    assert idea.team == (
        Member("per_2", 3_000, now, Declaration()),
        Member("per_3", 2_000, now, GROWN_UP),
    )
    assert standing_shares(idea) == {"per_1": 5_000, "per_2": 3_000, "per_3": 2_000}
    assert standing_shares(left(idea, "per_2")) == {"per_1": 8_000, "per_3": 2_000}


def test_another_share_has_to_be_confirmed_again(idea: Idea, now: datetime) -> None:
    confirmed = Member("per_2", 3_000, now, GROWN_UP)
    idea = replace(idea, team=(confirmed, Member("per_3", 2_000, now, GROWN_UP)))
    renamed = team_of(idea, [("per_1", 4_000), ("per_2", 3_000), ("per_3", 3_000)])
    assert renamed == (confirmed, Member("per_3", 3_000))


def test_nobody_joins_what_takes_part_no_longer_or_for_what_they_have_not_read(idea: Idea) -> None:
    idea = replace(idea, team=(Member("per_2", 3_000),))

    def rules(idea: Idea, seen: int | None) -> list[str]:
        return [obstacle.rule for obstacle in obstacles_to_joining(idea, "per_2", seen)]

    assert rules(idea, None) == rules(idea, 3_000) == []
    assert rules(idea, 3_001) == ["share"]
    assert rules(replace(idea, status="withdrawn"), None) == ["final"]


@given(st.lists(st.tuples(st.integers(0, WHOLE), st.booleans()), max_size=8), st.integers(0, 8))
def test_standing_shares_always_make_a_whole(members: list[tuple[int, bool]], gone: int) -> None:
    at = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    rest, team = WHOLE, []
    for number, (share, confirmed) in enumerate(members):
        given_share = min(share, rest)
        rest -= given_share
        team.append(Member(f"per_{number}", given_share, at if confirmed else None))
    idea = Idea(
        brand_id="b",
        contest_id="c",
        id="i",
        participant_id="author",
        title="t",
        summary="s",
        fields={},
        submitted_at=at,
        team=tuple(team),
    )
    shares = standing_shares(left(idea, f"per_{gone}"))
    assert sum(shares.values()) == WHOLE
    assert min(shares.values()) >= 0
