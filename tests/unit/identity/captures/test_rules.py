"""How many addresses a member of staff may take down."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from groundswell_identity.captures.rules import BOUNDS, DAY, seconds_to_wait, still_counted

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
(AN_HOUR, HOUR), (A_DAY, _) = BOUNDS


def test_so_many_in_an_hour(now: datetime) -> None:
    made = [now] * (AN_HOUR - 1)
    assert seconds_to_wait(made, now) == 0
    made.append(now)
    assert seconds_to_wait(made, now) == HOUR.total_seconds()
    assert seconds_to_wait(made, now + HOUR) == 0


def test_so_many_in_a_day(now: datetime) -> None:
    made = [now + n * timedelta(minutes=4) for n in range(A_DAY)]
    last = made[-1] + timedelta(hours=2)
    assert seconds_to_wait(made, last) == (now + DAY - last).total_seconds()


@given(st.lists(st.integers(0, 30 * 3600), max_size=500))
def test_whoever_keeps_to_it_stays_within_both_bounds(asked: list[int]) -> None:
    made: list[datetime] = []
    for moment in (EPOCH + timedelta(seconds=s) for s in sorted(asked)):
        made = still_counted(made, moment)
        if seconds_to_wait(made, moment) == 0:
            made.append(moment)
        for most, within in BOUNDS:
            assert sum(moment - within < at <= moment for at in made) <= most
