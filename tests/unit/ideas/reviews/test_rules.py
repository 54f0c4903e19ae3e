from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell_ideas.contests.rules import Contest, PhaseReached
from groundswell_ideas.polls.rules import LadderStep, Poll, PollRules
from groundswell_ideas.reviews.rules import (
    Expert,
    Outcome,
    Review,
    answered,
    given_to,
    is_given_to,
    is_last_step,
    is_repeat,
    obstacles_to_answering,
    obstacles_to_asking,
    obstacles_to_choosing_expert,
    window_of,
    windows,
    wins_by_review,
    with_accepted,
)
from groundswell_ideas.submissions.rules import Idea, Member, Status
from groundswell_ideas.templates.catalogue import Templates
from groundswell_ideas.terms.rules import ReviewWindow, Selection

MINUTE = timedelta(minutes=1)


def local(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 9)  # noqa: DTZ001 - of the contest's time zone


@pytest.fixture
def contest(draft: Contest, templates: Templates, now: datetime) -> Contest:
    """Reviews in spring and autumn; nine o'clock in Copenhagen is seven in UTC by then."""
    planned = (
        ReviewWindow("Spring", local(4, 1), local(5, 1)),
        ReviewWindow("Autumn", local(9, 1), local(10, 1)),
    )
    terms = replace(
        draft.terms, time_zone="Europe/Copenhagen", selection=Selection(review_windows=planned)
    )
    return replace(
        draft,
        programme=templates["support-ladder"].programme,
        terms=terms,
        phases=(PhaseReached("voting", now),),
    )


def review(at: datetime) -> Review:
    return Review(
        brand_id="nerc",
        contest_id="con_1",
        idea_id="idea_1",
        poll_id="poll_1",
        votes=10_000,
        qualified_at=at,
    )


def refusals(
    contest: Contest,
    answer: Review,
    at: datetime,
    outcome: Outcome = "accepted",
    status: Status = "approved",
) -> list[str]:
    """The rules against this answer to an idea of this status."""
    idea = replace(IDEA, status=status)
    return [found.rule for found in obstacles_to_answering(contest, answer, idea, outcome, at)]


SPRING = datetime(2026, 4, 1, 7, tzinfo=UTC)
AUTUMN = datetime(2026, 9, 1, 7, tzinfo=UTC)
MO = Expert(expert_id="mo", office="Model maker from outside", asked_at=SPRING)
IDEA = Idea(
    brand_id="nerc",
    contest_id="con_1",
    id="idea_1",
    participant_id="per_1",
    title="A castle",
    summary="",
    fields={},
    status="approved",
    submitted_at=SPRING,
)


@pytest.mark.parametrize(
    ("at", "window"),
    [
        (SPRING - timedelta(days=90), "Spring"),
        (SPRING, "Spring"),
        (SPRING + MINUTE, "Autumn"),
        (AUTUMN, "Autumn"),
        (AUTUMN + MINUTE, None),
    ],
)
def test_the_next_window_collects_what_has_qualified(
    contest: Contest, at: datetime, window: str | None
) -> None:
    found = window_of(contest, review(at))
    assert (found.name if found else None) == window


@given(at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - Hypothesis adds the zone
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_window_at_most_collects_an_idea(contest: Contest, at: datetime) -> None:
    collecting = [window for window in windows(contest) if window.collects(at)]
    assert len(collecting) == (at <= AUTUMN)
    assert all(window.opens_at >= at for window in collecting)


def test_answers_come_from_the_window_on_and_late_ones_too(contest: Contest) -> None:
    waiting = review(SPRING - MINUTE)
    assert refusals(contest, waiting, SPRING - MINUTE) == ["early"]
    assert refusals(contest, waiting, SPRING) == []
    assert refusals(contest, waiting, AUTUMN) == []
    assert refusals(contest, review(AUTUMN + MINUTE), AUTUMN + MINUTE) == ["missing"]


def test_without_windows_they_come_at_any_time(contest: Contest) -> None:
    always = replace(contest, terms=replace(contest.terms, selection=Selection()))
    assert refusals(always, review(SPRING), SPRING) == []


def test_an_answer_is_final(contest: Contest) -> None:
    no = "Too close to another."
    done = answered(review(SPRING), "declined", no, "staff_1", SPRING, as_expert=False)
    assert is_repeat(done, "declined", "Too close to another.")
    assert not is_repeat(done, "accepted", "Too close to another.")
    assert refusals(contest, done, SPRING) == ["final"]
    closed = replace(contest, phases=(PhaseReached("closed", SPRING),))
    assert refusals(closed, review(SPRING), SPRING) == ["phase"]


def test_what_goes_on_in_another_one_is_answered_there(contest: Contest) -> None:
    for outcome in ("accepted", "declined"):
        assert refusals(contest, review(SPRING), SPRING, outcome, "merged") == ["merged"]
    assert refusals(contest, review(SPRING), SPRING, "declined", "withdrawn") == []


def test_an_expert_answers_what_they_were_given(contest: Contest) -> None:
    waiting = review(SPRING)
    assert not is_given_to(waiting, MO.expert_id)
    given = given_to(waiting, MO)
    assert is_given_to(given, MO.expert_id)
    assert not is_given_to(given, "staff_1")
    assert not given.by_expert
    assert given_to(given, None) == waiting
    done = answered(given, "accepted", "It holds.", MO.expert_id, SPRING, as_expert=True)
    assert done.by_expert
    by_brand = answered(given, "accepted", "It holds.", "staff_1", SPRING, as_expert=False)
    assert not by_brand.by_expert
    assert [o.rule for o in obstacles_to_choosing_expert(contest, done)] == ["final"]


@pytest.mark.parametrize(
    ("changed", "rules"),
    [
        ({}, []),
        ({"participant_id": "per_9"}, []),
        ({"participant_id": "per_1"}, ["own"]),
        ({"participant_id": "per_2"}, ["own"]),
        ({"expert_id": "per_3"}, ["own"]),
    ],
)
def test_nobody_is_asked_about_an_idea_of_their_own(
    contest: Contest, changed: dict[str, Any], rules: list[str]
) -> None:
    idea = replace(IDEA, team=(Member("per_2", 1_000),), also_by=("per_3",))
    found = obstacles_to_asking(contest, review(SPRING), idea, replace(MO, **changed))
    assert [obstacle.rule for obstacle in found] == rules
    closed = replace(contest, phases=(PhaseReached("closed", SPRING),))
    refused = obstacles_to_asking(closed, review(SPRING), IDEA, MO)
    assert [obstacle.rule for obstacle in refused] == ["phase"]


@pytest.mark.parametrize("status", ["withdrawn", "submitted", "rejected"])
def test_what_takes_part_no_longer_is_not_accepted(contest: Contest, status: Status) -> None:
    waiting = review(SPRING)
    assert refusals(contest, waiting, SPRING, "accepted", status) == ["approved"]
    assert refusals(contest, waiting, SPRING, "declined", status) == []


def test_what_is_accepted_wins_where_nobody_deliberates(
    contest: Contest, templates: Templates
) -> None:
    assert wins_by_review(contest, "accepted")
    assert not wins_by_review(contest, "declined")
    deliberating = replace(contest, programme=templates["name-it"].programme)
    assert not wins_by_review(deliberating, "accepted")
    won = with_accepted(with_accepted(contest, "idea_1", "yes", SPRING), "idea_2", "yes", AUTUMN)
    assert [winner.idea_id for winner in won.winners] == ["idea_1", "idea_2"]
    in_java = with_accepted(
        replace(contest, shortlists={"Java": ("idea_1",)}), "idea_1", "", SPRING
    )
    assert in_java.winners[0].region == "Java"


def test_only_the_last_step_leads_to_a_review(contest: Contest) -> None:
    ladder = (LadderStep(100, 60), LadderStep(1_000, 60))
    poll = Poll(id="poll_1", name="", rules=PollRules(ladder=ladder), idea_ids=(), closes_at=AUTUMN)
    climbing = replace(contest, polls=(poll,))
    assert not is_last_step(climbing, "poll_1", 1)
    assert is_last_step(climbing, "poll_1", 2)
    with pytest.raises(ValueError, match="not a poll"):
        is_last_step(climbing, "poll_2", 2)
