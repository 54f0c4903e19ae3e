"""The checker finds what can be wrong with tallies, set-asides and ladders; and nothing else."""

from typing import Any

import pytest

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.judge import findings
from tests.chaos.made import ANNE, BEN, BOATY, CLEO, DORA, HENRY, POPPY, Made, found

TALLY = {"certified_tallies_equal_the_log", "certified_tallies_are_told_once"}
REACHED, MISSED = "ThresholdReached", "ThresholdMissed"
DEADLINE = "1970-01-01T00:00:02.010Z"


@pytest.fixture
def made() -> Made:
    """A poll with weights and channels, in which one voter is set aside and another one was."""
    made = Made()
    made.open(weights={"crew": 5})
    made.vote(ANNE, BOATY, segment="crew")
    made.vote(BEN, POPPY, channel="shop")
    made.set_aside(2, BEN, CLEO)
    made.vote(CLEO, HENRY, segment="crew", channel="shop")
    made.set_aside(3, BEN, back=True)
    made.vote(DORA, BOATY)
    return made


def whole(made: Made) -> Evidence:
    made.note("cases shown", poll="ship", items=[_item(2, 2), _item(3, 1)])
    return made.whole(after=3)


def _item(number: int, voters: int) -> dict[str, Any]:
    return {"id": f"case {number}", "state": "done", "voters": voters}


def test_a_tally_of_all_rules_has_no_finding(made: Made) -> None:
    evidence = whole(made)
    assert findings(evidence) == []
    tally = evidence.tallies["ship"]
    assert [line["votes"] for line in tally["tally"]] == [6, 1, 0]
    assert tally["set_aside"] == [{"idea_id": HENRY, "votes": 5}]
    assert (tally["voters_set_aside"], tally["channels"][0]["votes"]) == (1, [0, 1, 0])


def test_certified_votes_that_are_not_the_log(made: Made) -> None:
    evidence = whole(made)
    evidence.tallies["ship"]["tally"][0]["votes"] -= 1
    assert found(evidence) == TALLY


def test_more_votes_certified_than_people_sent(made: Made) -> None:
    evidence = whole(made)
    evidence.tallies["ship"]["tally"][0]["votes"] += 1
    assert found(evidence) == TALLY | {"no_vote_counts_twice"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("verdicts", {"counted": 3, "set_aside": 2}),
        ("voters_set_aside", 0),
        ("set_aside", []),
        ("set_aside", [{"idea_id": HENRY, "votes": 4}]),
        ("channels", []),
        ("channels", [{"channel": "shop", "votes": [0, 0, 1]}]),
    ],
)
def test_a_certified_part_that_is_not_the_log(made: Made, name: str, value: Any) -> None:
    evidence = whole(made)
    evidence.tallies["ship"][name] = value
    assert found(evidence) == TALLY


def test_a_tally_that_is_told_twice(made: Made) -> None:
    evidence = whole(made)
    made.publish("TallyCertified", "another id", **evidence.published[0].data)
    assert found(evidence) == {"certified_tallies_are_told_once"}


def test_a_repeat_of_the_same_event_is_none(made: Made) -> None:
    evidence = whole(made)
    made.publish("TallyCertified", "tally ship", **evidence.published[0].data)
    assert findings(evidence) == []


def test_voters_set_aside_whom_nobody_named(made: Made) -> None:
    made.set_aside(4, DORA)
    evidence = made.whole(after=4)
    next(e for e in made.history if e.get("case") == "case 4")["voters"] = [ANNE]
    assert found(evidence) == {"set_asides_are_what_was_asked"}


def test_a_case_that_was_accepted_and_not_carried_out(made: Made) -> None:
    answer = {"id": "case 9"}
    named = {"voters": [DORA], "pass_ids": []}
    made.note(
        "case", poll="ship", op="set-asides", case="case 9", status=202, answer=answer, **named
    )
    assert found(whole(made)) == {"set_asides_are_what_was_asked", "set_asides_are_public"}


def test_a_case_that_was_refused_and_carried_out(made: Made) -> None:
    made.set_aside(4, DORA)
    next(e for e in made.history if e.get("case") == "case 4")["status"] = 409
    assert found(made.whole(after=4)) == {"set_asides_are_what_was_asked"}


@pytest.mark.parametrize("item", [_item(3, 4), _item(3, 1) | {"state": "pending"}, _item(7, 1)])
def test_a_case_that_everybody_is_told_otherwise(made: Made, item: dict[str, Any]) -> None:
    made.note("cases shown", poll="ship", items=[_item(2, 2), item])
    assert found(made.whole(after=3)) == {"set_asides_are_public"}


def climbing(reached: int = 1, missed: int = 1, within_seconds: int = 1) -> Made:
    """A ladder's poll at its first deadline: one idea has the votes that its step asks for."""
    made = Made()
    steps = [{"votes": 2, "within_seconds": within_seconds}, {"votes": 9, "within_seconds": 9}]
    made.open(ideas_per_ballot=None, ladder=steps)
    for voter in (ANNE, BEN):
        made.vote(voter, BOATY)
    made.vote(ANNE, POPPY)
    made.at_ms = 2_010
    due = [{"idea_id": idea, "step": 1} for idea in (BOATY, POPPY, HENRY)]
    made.control("DeadlinePassed", 2, deadline=DEADLINE, due=due)
    for number in range(reached):
        step(made, REACHED, BOATY, 2, f"reached {number}")
    for number in range(missed):
        step(made, MISSED, POPPY, 1, f"missed {number}")
    step(made, MISSED, HENRY, 0, "missed by Henry")
    return made


def step(
    made: Made, kind: str, idea: str, votes: int, ce_id: str, number: int = 1, at: str = DEADLINE
) -> None:
    moment = {"reached_at" if kind == REACHED else "deadline": at}
    made.publish(kind, ce_id, poll_id="ship", idea_id=idea, step=number, votes=votes, **moment)


def test_a_ladder_that_is_judged_well_has_no_finding() -> None:
    assert findings(climbing().whole(after=2)) == []


def test_a_step_that_somebody_saw_before_its_deadline_is_no_finding() -> None:
    made = climbing(reached=0)
    step(made, REACHED, BOATY, 2, "seen", at="1970-01-01T00:00:01.900Z")
    assert findings(made.whole(after=2)) == []


def test_a_step_that_is_told_twice() -> None:
    assert found(climbing(reached=2).whole(after=2)) == {
        "each_step_is_told_once",
        "steps_are_judged_by_the_log",
    }


def test_a_step_that_is_never_told() -> None:
    assert found(climbing(reached=0).whole(after=2)) == {
        "steps_are_judged_by_the_log",
        "no_step_is_left_open",
    }


def test_a_step_that_was_due_at_the_end_and_is_never_told() -> None:
    made = Made()
    made.open(ideas_per_ballot=None, ladder=[{"votes": 2, "within_seconds": 1}])
    made.at_ms = 2_100
    evidence = made.whole()
    assert found(evidence) == {"no_step_is_left_open"}
    for idea in (BOATY, POPPY, HENRY):
        step(made, MISSED, idea, 0, f"missed by {idea}")
    assert findings(evidence) == []


def test_an_idea_that_left_before_its_deadline_is_not_judged() -> None:
    made = Made()
    made.open(ideas_per_ballot=None, ladder=[{"votes": 2, "within_seconds": 1}])
    made.control("BallotChanged", 2, removed_idea_ids=[BOATY, POPPY, HENRY])
    made.at_ms = 2_010
    due = [{"idea_id": BOATY, "step": 1}]
    made.control("DeadlinePassed", 3, deadline=DEADLINE, due=due)
    assert findings(made.whole(after=3)) == []


def test_a_step_that_is_missed_with_enough_votes() -> None:
    made = climbing(reached=0)
    step(made, MISSED, BOATY, 2, "missed")
    assert found(made.whole(after=2)) == {"steps_are_judged_by_the_log"}


def test_a_step_before_the_step_before_it() -> None:
    made = climbing(reached=0)
    step(made, REACHED, POPPY, 9, "too far", number=2)
    assert "each_step_is_told_once" in found(made.whole(after=2))


def test_a_step_that_is_reached_with_more_votes_than_there_were() -> None:
    made = climbing(reached=0)
    step(made, REACHED, BOATY, 3, "seen", at="1970-01-01T00:00:01.900Z")
    assert found(made.whole(after=2)) == {"steps_are_reached_with_votes"}


def test_a_step_that_is_reached_before_it_had_its_votes() -> None:
    made = climbing(reached=0)
    step(made, REACHED, BOATY, 2, "seen", at="1970-01-01T00:00:01.035Z")
    assert found(made.whole(after=2)) == {"steps_are_reached_with_votes"}


def test_a_deadline_that_is_another_one() -> None:
    assert found(climbing(within_seconds=3).whole(after=2)) == {"steps_are_judged_by_the_log"}


def test_a_deadline_that_comes_too_early() -> None:
    made = climbing()
    evidence = made.whole(after=2)
    early = [r for r in made.log if r.kind == "DeadlinePassed"]
    for record in early:
        object.__setattr__(record, "at_ms", 2_009)
    assert "steps_are_judged_by_the_log" in found(evidence)
