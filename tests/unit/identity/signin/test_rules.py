"""How often an address may ask for codes, and when mails are tried again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from groundswell_identity.people.rules import AddressMark
from groundswell_identity.signin.rules import (
    A_DAY,
    CODE_LIFETIME,
    DAY,
    OPEN_AT_ONCE,
    SignIn,
    mail_delay,
    seconds_to_wait,
    still_counted,
)

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 48 * 3600).map(lambda s: EPOCH + timedelta(seconds=s))


def test_three_at_once(now: datetime) -> None:
    begun: list[datetime] = []
    for _ in range(OPEN_AT_ONCE):
        assert seconds_to_wait(begun, now) == 0
        begun.append(now)
    assert seconds_to_wait(begun, now) == 600
    assert seconds_to_wait(begun, now + timedelta(seconds=599.5)) == 1
    assert seconds_to_wait(begun, now + CODE_LIFETIME) == 0


def test_twenty_a_day(now: datetime) -> None:
    begun = [now + n * timedelta(hours=1) for n in range(A_DAY)]
    last = begun[-1] + timedelta(minutes=30)
    assert seconds_to_wait(begun, last) == int((now + DAY - last).total_seconds())
    assert seconds_to_wait(begun, now + DAY) == 0


@given(st.lists(MOMENTS, max_size=60))
def test_whoever_keeps_to_it_stays_within_both_bounds(asked: list[datetime]) -> None:
    begun: list[datetime] = []
    for moment in sorted(asked):
        begun = still_counted(begun, moment)
        if seconds_to_wait(begun, moment) == 0:
            begun.append(moment)
        assert sum(moment - CODE_LIFETIME < at <= moment for at in begun) <= OPEN_AT_ONCE
        assert sum(moment - DAY < at <= moment for at in begun) <= A_DAY


@given(st.lists(MOMENTS, max_size=60), MOMENTS)
def test_after_the_wait_it_may_and_not_before(begun: list[datetime], now: datetime) -> None:
    begun = [moment for moment in begun if moment <= now]
    wait = seconds_to_wait(begun, now)
    assert seconds_to_wait(begun, now + timedelta(seconds=wait)) == 0
    if wait > 1:
        assert seconds_to_wait(begun, now + timedelta(seconds=wait - 1)) > 0


@given(st.lists(MOMENTS, max_size=60), MOMENTS)
def test_what_is_forgotten_does_not_matter(begun: list[datetime], now: datetime) -> None:
    assert seconds_to_wait(still_counted(begun, now), now) == seconds_to_wait(begun, now)


def test_mails_wait_longer_each_time() -> None:
    delays = [mail_delay(failures).total_seconds() for failures in (1, 2, 3, 4, 5, 6, 7, 5_000)]
    assert delays == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_code_is_good_for_ten_minutes(now: datetime) -> None:
    sign_in = SignIn("id", AddressMark("m"), "a@example.com", "en", "UTC", "mark", now)
    assert sign_in.expires_at == now + timedelta(minutes=10)
