"""How the way of a contest is told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from groundswell_web.contests.rules import ORDER, PHASES, Course, is_under_way, steps
from groundswell_web.contests.schemas import Contest, ContestPoll, Timetable

START = datetime(2026, 11, 1, tzinfo=UTC)


def course(phase: str, skipped: str = "") -> Course:
    """A contest that entered a phase each day."""
    entered = [p for p in ORDER[: ORDER.index(phase) + 1] if p != skipped]
    return Course(
        phase=phase,
        reached={"draft": START} | {p: START + timedelta(n + 1) for n, p in enumerate(entered)},
        submission_closes_at=datetime(2026, 12, 1, tzinfo=UTC),
        voting_opens_at=datetime(2026, 12, 2, tzinfo=UTC),
        voting_closes_at=datetime(2026, 12, 20, tzinfo=UTC),
        answer_by=date(2027, 1, 15),
    )


@pytest.mark.parametrize("phase", ORDER)
def test_a_contest_stands_in_one_step_with_the_done_ones_behind_it(phase: str) -> None:
    told = steps(course(phase))
    states = [step.state for step in told]
    if phase == "closed":
        assert set(states) == {"done"}
        return
    at = states.index("current")
    assert states == ["done"] * at + ["current"] + ["ahead"] * (4 - at)
    assert phase in PHASES


def test_steps_say_when() -> None:
    ideas, review, vote, decision, delivery = steps(course("voting"))
    assert (ideas.word, ideas.when) == ("ended", START + timedelta(2))
    assert (review.word, review.when) == ("ended", START + timedelta(3))
    assert (vote.word, vote.when) == ("until", datetime(2026, 12, 20, tzinfo=UTC))
    assert (decision.word, decision.when) == ("by", date(2027, 1, 15))
    assert (delivery.word, delivery.when) == ("", None)
    assert steps(course("submission"))[2].word == "from"
    assert steps(course("deliberation"))[3].word == "by"


def test_a_review_that_was_left_out_ends_with_the_ideas() -> None:
    ideas, review, *_ = steps(course("voting", skipped="moderation"))
    assert ideas.when == review.when


def test_under_way_is_until_it_is_decided() -> None:
    assert [phase for phase in ORDER if is_under_way(phase)] == list(ORDER[:4])


PROGRAMMES = {
    "make-and-earn": ("draft", "submission"),
    "support-ladder": ("draft", "voting"),
}


@pytest.mark.parametrize(
    ("programme", "phase", "told"),
    [
        ("make-and-earn", "submission", [("Ideas", "current", None)]),
        ("make-and-earn", "closed", [("Ideas", "done", START + timedelta(2))]),
        ("support-ladder", "voting", [("Ideas and support", "current", None)]),
    ],
)
def test_a_contest_has_the_steps_of_its_programme_alone(
    programme: str, phase: str, told: list[object]
) -> None:
    entered = {"submission": START + timedelta(1), "closed": START + timedelta(2)}
    lasting = Course(
        phase=phase,
        reached=entered,
        submission_closes_at=None,
        voting_opens_at=None,
        voting_closes_at=None,
        answer_by=None,
        phases=PROGRAMMES[programme],
    )
    assert [(step.name, step.state, step.when) for step in steps(lasting)] == told


def test_a_contest_may_lack_what_its_programme_does_not_promise() -> None:
    bare = contest([]).model_dump() | {"owner": None, "rules": None, "timetable": None}
    read = Contest.model_validate(bare | {"answer_by": None})
    assert (read.owner, read.rules) == ("the organiser", "")
    assert read.timetable == Timetable()


def contest(polls: list[ContestPoll]) -> Contest:
    """A contest with these polls."""
    timetable = Timetable(
        submission_closes_at=START, voting_opens_at=START, voting_closes_at=START + timedelta(3)
    )
    return Contest(
        id="con_1",
        title="Name our ship",
        owner="NERC",
        rules="One vote each.",
        vote="advisory",
        timetable=timetable,
        answer_by=date(2027, 1, 15),
        phase="voting",
        phases=[],
        polls=polls,
    )


@pytest.mark.parametrize(
    ("wanted", "days", "shown"),
    [
        (None, 0, "north"),
        (None, 1, "south"),
        (None, 2, "final"),
        (None, 9, "final"),
        ("south", 9, "south"),
        ("elsewhere", 0, "north"),
    ],
)
def test_a_page_is_about_the_first_poll_that_goes_on(
    wanted: str | None, days: int, shown: str
) -> None:
    polls = [
        ContestPoll(id=name, name=name, closes_at=START + timedelta(day))
        for day, name in enumerate(("north", "south", "final"), start=1)
    ]
    poll = contest(polls).poll(wanted, START + timedelta(days))
    assert poll is not None
    assert poll.id == shown


def test_before_the_vote_there_is_no_poll_to_show() -> None:
    promised = ContestPoll(id=None, name="north", closes_at=None)
    assert contest([promised]).poll(None, START) is None


def test_a_phase_that_is_not_known_here_has_no_steps() -> None:
    unknown = Course(
        phase="something_new",
        reached={},
        submission_closes_at=None,
        voting_opens_at=None,
        voting_closes_at=None,
        answer_by=None,
    )
    assert list(steps(unknown)) == []
