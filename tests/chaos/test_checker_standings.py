"""The checker finds what can be wrong with what is shown, passes and pauses; and nothing else."""

from typing import Any

import pytest

from tests.chaos.checker.evidence import Entry
from tests.chaos.checker.interesting import ALWAYS, happened
from tests.chaos.checker.judge import findings
from tests.chaos.made import ANNE, BEN, BOATY, CLEO, DORA, Made, found

EQUAL = {"standings_equal_the_log"}


@pytest.fixture
def made() -> Made:
    """A poll with votes of two channels and one voter set aside, whose standings are followed."""
    made = Made()
    made.open()
    made.standings()
    made.vote(ANNE, BOATY)
    made.vote(BEN, BOATY, channel="shop")
    made.set_aside(2, CLEO)
    made.vote(CLEO, BOATY)
    return made


def changed(entry: Entry, place: int, **fields: Any) -> None:
    entry["ideas"][place - 1] |= fields


def test_standings_that_are_the_log_are_no_finding(made: Made) -> None:
    made.standings("changes")
    made.standings("page", watcher="page")
    assert findings(made.whole(after=2)) == []


def test_changes_of_some_places_are_put_into_the_list(made: Made) -> None:
    made.standings("changes")
    made.vote(DORA, BOATY)
    entry = made.standings("changes")
    entry["ideas"] = entry["ideas"][:1]
    assert findings(made.whole(after=2)) == []


def test_changes_of_which_one_got_lost(made: Made) -> None:
    entry = made.standings("changes")
    entry["ideas"] = entry["ideas"][1:]
    assert found(made.whole(after=2)) == EQUAL


@pytest.mark.parametrize(
    "fields", [{"votes": 3}, {"votes": 1}, {"rank": 2}, {"idea_id": "idea_of_nobody"}]
)
def test_a_figure_that_is_not_the_log(made: Made, fields: dict[str, Any]) -> None:
    changed(made.standings("changes"), 1, **fields)
    assert found(made.whole(after=2)) == EQUAL


@pytest.mark.parametrize(
    "fields", [{"total_votes": 1}, {"set_aside": {"voters": 1, "votes": 0}}, {"position": "9.9"}]
)
def test_a_sum_that_is_not_the_log(made: Made, fields: dict[str, Any]) -> None:
    made.standings(**fields)
    assert found(made.whole(after=2)) == EQUAL


def test_a_channel_that_is_not_the_log(made: Made) -> None:
    made.standings("page", watcher="page", channel="shop")
    assert found(made.whole(after=2)) == EQUAL


def test_a_channel_that_is_the_log(made: Made) -> None:
    entry = made.standings("page", watcher="page", channel="shop", total_votes=1)
    changed(entry, 1, votes=1)
    assert findings(made.whole(after=2)) == []


def test_standings_of_a_count_that_has_been_forgotten(made: Made) -> None:
    made.end(after=2)
    made.standings()
    made.sample()
    assert found(made.evidence()) == EQUAL


def test_standings_that_go_back_without_saying_so(made: Made) -> None:
    earlier = next(dict(e) for e in made.history if e["kind"] == "standings")
    made.standings("changes")
    made.history.append(earlier)
    assert found(made.whole(after=2)) == {"standings_do_not_go_back"}


def test_standings_that_say_that_they_are_rebuilt(made: Made) -> None:
    earlier = next(dict(e) for e in made.history if e["kind"] == "standings")
    made.standings("changes")
    now = made.history[-1]["as_of"]
    made.history.append(earlier | {"rebuilding": True, "as_of": now})
    assert findings(made.whole(after=2)) == []


def test_standings_that_say_so_for_no_reason(made: Made) -> None:
    made.standings("changes", rebuilding=True)
    assert found(made.whole(after=2)) == {"rebuilding_is_said_for_a_reason"}


@pytest.mark.parametrize("rebuilding", [None, True])
def test_a_run_without_figures_to_compare_is_weak(made: Made, rebuilding: bool | None) -> None:
    if rebuilding:
        made.standings("changes", rebuilding=True)
    assert happened(made.whole(after=2))["standings that moved and were compared"] == 0


def test_what_a_rule_brings_about_is_wanted_where_it_is_planned(made: Made) -> None:
    evidence = made.whole(after=2)
    assert happened(evidence).keys() == ALWAYS.keys()
    made.note("surge", features=["set-asides"])
    assert happened(evidence)["voters set aside while others voted"] == 1
    assert happened(evidence)["voters reinstated"] == 0


def test_a_vote_that_is_taken_in_a_pause(made: Made) -> None:
    made.note("later", t=10.0)
    made.history += _late(made, DORA, sent=12.5, answered=12.6)
    made.announce(1, accepting=False, at_ms=10_000)
    made.announce(2, accepting=True, at_ms=20_000)
    assert found(made.whole(after=2)) == {"nothing_is_acknowledged_in_a_pause"}


@pytest.mark.parametrize(("sent", "answered"), [(11.5, 11.6), (20.1, 20.2), (19.0, 20.1)])
def test_a_vote_beside_a_pause_is_no_finding(made: Made, sent: float, answered: float) -> None:
    made.history += _late(made, DORA, sent=sent, answered=answered)
    made.announce(1, accepting=False, at_ms=10_000)
    made.announce(2, accepting=True, at_ms=20_000)
    assert findings(made.whole(after=2)) == []


def test_a_promise_for_a_vote_that_was_written_late_in_a_pause(made: Made) -> None:
    made.at_ms = 13_600
    made.history += _late(made, DORA, sent=11.0, answered=14.0)
    made.announce(1, accepting=False, at_ms=10_000)
    assert found(made.whole(after=2)) == {"nothing_is_acknowledged_in_a_pause"}


def _late(made: Made, voter: str, sent: float, answered: float) -> list[Entry]:
    """A vote as it should be, but at this time; its entries."""
    made.vote(voter, BOATY)
    answer, invoke = made.history.pop(), made.history.pop()
    return [invoke | {"t": sent}, answer | {"t": answered}]


@pytest.mark.parametrize(
    "carried", [{"segment": "crew"}, {"channel": "shop"}, {"pass_id": "another"}]
)
def test_a_vote_that_carries_something_else(made: Made, carried: dict[str, Any]) -> None:
    made.sent(DORA, BOATY, status=None)
    made.logged(DORA, BOATY, **carried)
    assert found(made.whole(after=2)) == {"votes_carry_what_their_pass_said"}


@pytest.mark.parametrize(
    "wrong", [{"segment": "press"}, {"channel": ["shop", "web"]}, {"period": "1970-01-01"}]
)
def test_a_pass_that_says_something_else(made: Made, wrong: dict[str, Any]) -> None:
    made.note("roll", poll="ship", entries=[{"participant_id": "dora", "segment": "crew"}])
    right = {"segment": "crew", "channel": ["web", "web"], "period": "", "between_ms": [0, 9]}
    who = {"poll": "ship", "participant": "dora", "voter": DORA}
    made.note("pass", **who, **right)
    assert findings(made.whole(after=2)) == []
    made.note("pass", **who, **(right | wrong))
    assert found(made.evidence()) == {"passes_say_who_votes_how"}
