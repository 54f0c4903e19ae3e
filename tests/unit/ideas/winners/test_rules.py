from dataclasses import replace
from datetime import UTC, datetime

import pytest

from groundswell_ideas.contests.rules import Contest, Dropout, Payee, PhaseReached, Winner
from groundswell_ideas.terms.rules import Obstacle
from groundswell_ideas.winners.rules import (
    DECLINED,
    come_up,
    confirmed,
    dropped,
    in_line,
    obstacles_to_confirming,
    obstacles_to_declining,
    obstacles_to_dropping,
    winner_of,
    without_words,
)

NOW = datetime(2026, 4, 20, tzinfo=UTC)
CHARITY = Payee("charity", "Sea rescue")


@pytest.fixture
def contest(draft: Contest) -> Contest:
    return replace(
        draft,
        phases=(PhaseReached("decided", NOW),),
        shortlist=("idea_1", "idea_2", "idea_3"),
        winners=(Winner("idea_1", "the best", 1, NOW),),
        alternates=("idea_2", "idea_3"),
    )


def winner(contest: Contest) -> Winner:
    found = winner_of(contest, "idea_1")
    assert found is not None
    return found


def rules(obstacles: list[Obstacle]) -> list[str]:
    return [obstacle.rule for obstacle in obstacles]


def test_a_win_is_taken_with_its_payee(contest: Contest) -> None:
    assert obstacles_to_confirming(contest, winner(contest), Payee()) == []
    taken = winner(confirmed(contest, "idea_1", Payee(), NOW))
    assert (taken.confirmed_at, taken.payee) == (NOW, Payee())
    assert rules(obstacles_to_confirming(contest, taken, CHARITY)) == ["confirmed"]


def test_a_charity_gets_it_where_the_terms_say_so(contest: Contest) -> None:
    assert rules(obstacles_to_confirming(contest, winner(contest), CHARITY)) == ["charity"]
    generous = replace(contest, terms=replace(contest.terms, charity_payee=True))
    assert obstacles_to_confirming(generous, winner(contest), CHARITY) == []


def test_what_was_taken_is_not_declined_and_may_turn_out_false(contest: Contest) -> None:
    taken = confirmed(contest, "idea_1", Payee(), NOW)
    assert obstacles_to_declining(contest, winner(contest)) == []
    assert rules(obstacles_to_declining(taken, winner(taken))) == ["confirmed"]
    assert obstacles_to_dropping(taken) == []


def test_nobody_drops_out_of_a_closed_contest(contest: Contest) -> None:
    closed = replace(contest, phases=(PhaseReached("closed", NOW),))
    assert rules(obstacles_to_declining(closed, winner(closed))) == ["phase"]
    assert rules(obstacles_to_dropping(closed)) == ["phase"]


def test_the_next_in_line_comes_up(contest: Contest) -> None:
    out = dropped(contest, "idea_1", "not theirs", NOW, by_author=False)
    assert (out.winners, out.dropouts) == ((), (Dropout("idea_1", "not theirs", NOW),))
    assert out.still_listed == ("idea_2", "idea_3")
    first, *_ = in_line(out, None)
    up = come_up(out, first, {"idea_2": 2}, "next in line", NOW)
    assert up.winners == (Winner("idea_2", "next in line", 2, NOW),)
    assert up.alternates == ("idea_3",)
    assert up.version == contest.version + 1


def test_each_region_has_a_line_of_its_own(contest: Contest) -> None:
    parts = {"north": ("idea_1", "idea_3"), "south": ("idea_2",)}
    regional = replace(contest, shortlists=parts)
    assert in_line(regional, "north") == ["idea_3"]
    up = come_up(regional, "idea_3", {}, "next in line", NOW)
    assert (up.winners[-1].region, up.winners[-1].rank) == ("north", None)
    assert up.alternates == ("idea_2",)


def test_only_what_authors_said_is_forgotten_of_those_who_dropped_out(contest: Contest) -> None:
    declined = dropped(contest, "idea_1", "I am ill.", NOW, by_author=True)
    left = without_words(declined, {"idea_1"})
    assert left.dropouts == (Dropout("idea_1", DECLINED, NOW, by_author=True),)
    assert left.version == declined.version + 1
    assert without_words(left, {"idea_1"}) is left
    assert without_words(declined, {"idea_2"}) is declined
    told = dropped(contest, "idea_1", "Not theirs.", NOW, by_author=False)
    assert without_words(told, {"idea_1"}) is told
