import pytest

from groundswell_voting.control import broker_clock
from groundswell_voting.control.broker_clock import ASK_AGAIN_SECONDS, BrokerClock


class Time:
    now = 1_000.0


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr(broker_clock, "seconds_since_boot", lambda: time.now)
    return time


def test_who_has_heard_nothing_asks() -> None:
    clock = BrokerClock()
    assert clock.may_have_passed(10**15)
    assert not clock.has_passed(1)


def test_what_was_heard_is_known_and_the_rest_is_an_estimate(time: Time) -> None:
    clock = BrokerClock()
    clock.hear(50_000)
    assert clock.has_passed(50_000)
    assert not clock.has_passed(50_001)
    assert not clock.may_have_passed(52_000)
    time.now += 2
    assert clock.may_have_passed(52_000)
    assert not clock.has_passed(52_000)
    clock.hear(51_900)
    assert not clock.may_have_passed(52_000)


def test_an_estimate_does_not_last_for_ever(time: Time) -> None:
    clock = BrokerClock()
    clock.hear(50_000)
    time.now += ASK_AGAIN_SECONDS + 1
    assert clock.may_have_passed(10**15)
