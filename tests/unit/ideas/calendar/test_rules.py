from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.calendar.rules import (
    Timer,
    after_entering,
    answer_due_at,
    is_due,
    planned,
    refused,
    settled,
)
from groundswell_ideas.terms.rules import CalendarEntry, Obstacle, Phase, Terms
from groundswell_ideas.terms.rules.local_times import to_local, to_utc

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


class TestSummerTime:
    @pytest.mark.parametrize(
        ("zone", "asked", "utc", "shown"),
        [
            ("Europe/London", "2026-03-29T00:59", "2026-03-29T00:59", "2026-03-29T00:59+00:00"),
            ("Europe/London", "2026-03-29T01:30", "2026-03-29T01:30", "2026-03-29T02:30+01:00"),
            ("Europe/London", "2026-03-29T02:00", "2026-03-29T01:00", "2026-03-29T02:00+01:00"),
            ("America/New_York", "2026-03-08T02:15", "2026-03-08T07:15", "2026-03-08T03:15-04:00"),
            # Lord Howe moves by half an hour.
            (
                "Australia/Lord_Howe",
                "2026-10-04T02:10",
                "2026-10-03T15:40",
                "2026-10-04T02:40+11:00",
            ),
        ],
    )
    def test_a_skipped_time_moves_forward_by_the_gap(
        self, zone: str, asked: str, utc: str, shown: str
    ) -> None:
        moment = to_utc(local(asked), zone)
        assert moment == local(utc).replace(tzinfo=UTC)
        assert to_local(moment, zone).isoformat(timespec="minutes") == shown

    @pytest.mark.parametrize(
        ("zone", "asked", "utc"),
        [
            ("Europe/London", "2026-10-25T01:30", "2026-10-25T00:30"),
            ("Europe/London", "2026-10-25T02:00", "2026-10-25T02:00"),
            ("America/New_York", "2026-11-01T01:59", "2026-11-01T05:59"),
        ],
    )
    def test_of_a_time_that_comes_twice_the_first_is_meant(
        self, zone: str, asked: str, utc: str
    ) -> None:
        assert to_utc(local(asked), zone) == local(utc).replace(tzinfo=UTC)

    @given(
        asked=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - local
        zone=st.sampled_from(ZONES),
    )
    def test_the_clocks_show_what_was_asked_for_or_a_time_right_behind_a_gap(
        self, asked: datetime, zone: str
    ) -> None:
        shown = to_local(to_utc(asked, zone), zone).replace(tzinfo=None)
        assert shown - asked in (timedelta(0), timedelta(minutes=30), timedelta(hours=1))

    @given(
        asked=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - local
        later=st.timedeltas(timedelta(hours=1), timedelta(days=400)),
        zone=st.sampled_from(ZONES),
    )
    def test_later_times_stay_later(self, asked: datetime, later: timedelta, zone: str) -> None:
        assert to_utc(asked, zone) <= to_utc(asked + later, zone)


class TestPlanning:
    TERMS = Terms(
        title="Name our ship",
        vote="advisory",
        time_zone="Europe/London",
        calendar=(
            CalendarEntry("submission", local("2026-02-28T09:00")),
            CalendarEntry("moderation", local("2026-03-29T01:30")),
            CalendarEntry("voting", local("2026-04-01T00:00")),
        ),
        answer_by=date(2026, 5, 6),
    )

    def plan(self, *ahead: Phase) -> dict[str, datetime]:
        timers = planned("nerc", "con_1", self.TERMS, ahead, NOW)
        assert [(t.state, t.try_at) for t in timers] == [("waiting", t.due_at) for t in timers]
        return {timer.id: timer.due_at for timer in timers}

    def test_what_lies_ahead_is_planned_in_utc(self) -> None:
        assert self.plan("moderation", "voting") == {
            "con_1/moderation": datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
            "con_1/voting": datetime(2026, 3, 31, 23, tzinfo=UTC),
            "con_1/answer": datetime(2026, 5, 6, 23, tzinfo=UTC),
        }

    def test_a_phase_that_is_behind_is_not_planned(self) -> None:
        assert self.plan("voting").keys() == {"con_1/voting", "con_1/answer"}

    def test_a_time_that_is_over_opens_nothing(self) -> None:
        assert "con_1/submission" not in self.plan("submission", "moderation", "voting")

    def test_the_answer_is_due_when_its_day_is_over_at_the_place(self) -> None:
        tokyo = replace(self.TERMS, time_zone="Asia/Tokyo")
        assert answer_due_at(tokyo) == datetime(2026, 5, 6, 15, tzinfo=UTC)
        with pytest.raises(ValueError, match="no day"):
            answer_due_at(replace(tokyo, answer_by=None))


class TestTimer:
    TIMER = Timer(brand_id="nerc", contest_id="con_1", aim="voting", due_at=NOW, try_at=NOW)
    MISSING = Obstacle("shortlist", "missing", "a vote needs an idea on the shortlist")

    def test_it_is_due_at_its_moment_and_not_before(self) -> None:
        assert is_due(self.TIMER, NOW)
        assert not is_due(self.TIMER, NOW - timedelta(milliseconds=1))
        assert not is_due(replace(self.TIMER, held=True), NOW)

    def test_what_is_refused_is_tried_again_in_a_minute(self) -> None:
        later = refused(self.TIMER, [self.MISSING], NOW)
        assert (later.state, later.obstacles, later.due_at) == ("refused", (self.MISSING,), NOW)
        assert not is_due(later, NOW + timedelta(seconds=59))
        assert is_due(later, NOW + timedelta(seconds=60))

    def test_what_is_settled_is_never_due_again(self) -> None:
        done = settled(refused(self.TIMER, [self.MISSING], NOW), "done", NOW)
        assert not is_due(done, NOW + timedelta(days=1))
        assert done.obstacles == ()

    def test_a_person_who_comes_first_cancels_it(self) -> None:
        assert after_entering(self.TIMER, {"voting", "closed"}, NOW) == self.TIMER
        assert after_entering(self.TIMER, {"closed"}, NOW).state == "cancelled"
        answer = replace(self.TIMER, aim="answer")
        assert after_entering(answer, set(), NOW) == answer
