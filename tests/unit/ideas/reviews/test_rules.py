from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundswell_ideas.contests.rules import Contest, PhaseReached
from groundswell_ideas.polls.rules import LadderStep, Poll, PollRules
from groundswell_ideas.reviews.rules import (
    Outcome,
    Review,
    answered,
    is_last_step,
    is_repeat,
    obstacles_to_answering,
    window_of,
    windows,
    wins_by_review,
    with_accepted,
)
from groundswell_ideas.submissions.rules import Idea, Status
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
    idea = Idea(
        brand_id="nerc",
        contest_id="con_1",
        id="idea_1",
        participant_id="per_1",
        title="A castle",
        summary="",
        fields={},
        status=status,
        submitted_at=SPRING,
    )
    return [found.rule for found in obstacles_to_answering(contest, answer, idea, outcome, at)]


SPRING = datetime(2026, 4, 1, 7, tzinfo=UTC)
AUTUMN = datetime(2026, 9, 1, 7, tzinfo=UTC)


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
    done = answered(review(SPRING), "declined", "Too close to another.", SPRING)
    assert is_repeat(done, "declined", "Too close to another.")
    assert not is_repeat(done, "accepted", "Too close to another.")
    assert refusals(contest, done, SPRING) == ["final"]
    closed = replace(contest, phases=(PhaseReached("closed", SPRING),))
    assert refusals(closed, review(SPRING), SPRING) == ["phase"]


@pytest.mark.parametrize("status", ["withdrawn", "merged", "submitted", "rejected"])
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
