"""The schedule of signing keys, played through: nobody ever meets a key that they cannot know."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_identity.keys.rules import (
    ACCESS_TOKEN_LIFETIME,
    JWKS_MAX_AGE,
    KEPT_AFTER,
    KEYS_KNOWN_FOR,
    PUBLISHED_AHEAD,
    KeyTimes,
    due_key,
    expired,
    signer,
    waiting_key,
)
from groundswell_kit.auth import LEEWAY_SECONDS
from groundswell_kit.issuer_keys import FRESH_SECONDS

START = datetime(2026, 3, 1, tzinfo=UTC)

# How old the keys may be that a verifier knows: its own cache, one on the way, and the service's.
OLDEST_VIEW = timedelta(seconds=FRESH_SECONDS) + JWKS_MAX_AGE + KEYS_KNOWN_FOR
LONGEST_TOKEN = ACCESS_TOKEN_LIFETIME + timedelta(seconds=LEEWAY_SECONDS)
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass
class Installation:
    """Keys as workers make and drop them, with all that was ever published and signed."""

    every: timedelta
    now: datetime = START
    keys: list[KeyTimes] = field(default_factory=list)
    published: list[tuple[datetime, set[str]]] = field(default_factory=list)
    signed: list[tuple[datetime, str]] = field(default_factory=list)
    made: int = 0

    def make(self, signs_from: datetime) -> None:
        self.made += 1
        self.keys.append(KeyTimes(f"key_{self.made}", signs_from))

    def keep(self) -> None:
        done = expired(self.keys, self.now)
        self.keys = [key for key in self.keys if key.id not in done]
        due = due_key(self.keys, self.now, self.every)
        if due is not None:
            self.make(due)

    def rotate(self) -> None:
        if waiting_key(self.keys, self.now) is None:
            self.make(self.now + PUBLISHED_AHEAD)

    def pass_time(self, passed: timedelta) -> None:
        self.now += passed
        self.published.append((self.now, {key.id for key in self.keys}))

    def sign(self, clock_is_off: timedelta) -> None:
        chosen = signer(self.keys, self.now + clock_is_off)
        assert chosen is not None
        self.signed.append((self.now, chosen.id))

    def views(self) -> list[set[str]]:
        """The key sets that a verifier may hold now."""
        return [ids for at, ids in self.published if at > self.now - OLDEST_VIEW]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["keep", "rotate", "nothing"]),
        st.integers(1, 25),
        st.integers(-60, 60),
    ),
    max_size=80,
)


@given(STEPS, st.integers(3, 1_000))
def test_every_token_meets_its_key_wherever_it_is_shown(
    steps: list[tuple[str, int, int]], every_hours: int
) -> None:
    there = Installation(timedelta(hours=every_hours))
    there.keep()
    for what, minutes, clock_is_off in steps:
        if what != "nothing":
            getattr(there, what)()
        there.pass_time(timedelta(minutes=minutes))
        there.sign(timedelta(seconds=clock_is_off))
        newest = there.signed[-1][1]
        assert all(newest in view for view in there.views())
        living = {key for at, key in there.signed if there.now < at + LONGEST_TOKEN}
        assert living <= {key.id for key in there.keys}


@given(st.integers(3, 24 * 60), st.integers(1, 20))
def test_a_worker_that_looks_in_changes_the_key_each_period(hours: int, periods: int) -> None:
    there = Installation(timedelta(hours=hours))
    there.keep()
    chosen: list[str] = []
    for _ in range(periods * 4):
        there.pass_time(there.every / 4)
        there.keep()
        there.pass_time(PUBLISHED_AHEAD)
        there.keep()
        there.sign(timedelta(0))
        chosen.append(there.signed[-1][1])
        assert len(there.keys) <= 3
    assert len(set(chosen)) >= periods


def test_the_first_key_signs_at_once(now: datetime) -> None:
    assert due_key([], now, timedelta(days=30)) == now
    assert signer([], now) is None
    key = KeyTimes("a", now)
    assert signer([key], now - CLOCKS_DIFFER) == key
    assert waiting_key([key], now) is None


def test_a_key_signs_until_the_next_ones_time_comes(now: datetime) -> None:
    old, new = KeyTimes("old", now), KeyTimes("new", now + PUBLISHED_AHEAD)
    keys = [new, old]
    assert waiting_key(keys, now) == new
    assert signer(keys, new.signs_from - timedelta(milliseconds=1)) == old
    assert signer(keys, new.signs_from) == new
    assert expired(keys, new.signs_from + KEPT_AFTER - timedelta(milliseconds=1)) == []
    assert expired(keys, new.signs_from + KEPT_AFTER) == ["old"]


def test_the_last_key_is_never_dropped(now: datetime) -> None:
    assert expired([KeyTimes("a", now)], now + timedelta(days=9_999)) == []
    assert expired([], now) == []


@pytest.mark.parametrize(("days", "due"), [(29, False), (29.98, True), (31, True)])
def test_when_the_next_one_is_due(now: datetime, days: float, due: bool) -> None:
    later = now + timedelta(days=days)
    found = due_key([KeyTimes("a", now)], later, timedelta(days=30))
    assert found == (later + PUBLISHED_AHEAD if due else None)
