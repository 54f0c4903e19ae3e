import hmac
import string
from base64 import urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.passes.rules import (
    ExpiredPass,
    InvalidPass,
    Pass,
    PassKeys,
    parse_key,
    parse_keys,
    period_of,
    pseudonym,
    sign,
    verify,
    verify_signature,
)
from groundswell_voting.voteslog.rules import Rules

NOW = 1_460_000_000.0
OLD, NEW = bytes(range(32)), bytes(range(32, 64))
KEYS = PassKeys("k1", {"k1": OLD})
PERMIT = Pass("poll_01", "voter_1", "pass_01", expires_at=int(NOW) + 900)
ALPHABET = string.ascii_letters + string.digits + "-_=.+/ !"
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
PASSES = st.builds(
    Pass,
    poll_id=TEXT,
    voter=TEXT,
    pass_id=TEXT,
    expires_at=st.integers(0, 10**12),
    period=TEXT,
    segment=TEXT,
    channel=TEXT,
    via=TEXT,
)


def encoded(key: bytes) -> str:
    return urlsafe_b64encode(key).decode()


class TestSigning:
    @given(PASSES)
    def test_a_pass_comes_back_as_it_was_signed(self, permit: Pass) -> None:
        text = sign(permit, KEYS)
        assert text.isascii()
        assert not set(text) - set(ALPHABET)
        assert verify_signature(text, KEYS) == permit
        assert verify(text, KEYS, permit.expires_at - 0.001) == permit

    @pytest.mark.parametrize("late", [0, 0.001, 1, 10**9])
    def test_its_time_ends(self, late: float) -> None:
        text = sign(PERMIT, KEYS)
        with pytest.raises(ExpiredPass):
            verify(text, KEYS, PERMIT.expires_at + late)
        # It still tells whose receipts may be read.
        assert verify_signature(text, KEYS) == PERMIT

    def test_every_character_matters(self) -> None:
        """Changed, left out or added: there is one way only to write a pass."""
        text = sign(PERMIT, KEYS)
        for place in range(len(text) + 1):
            changes = {text[:place] + text[place + 1 :]}
            for character in ALPHABET:
                changes.add(text[:place] + character + text[place + 1 :])
                changes.add(text[:place] + character + text[place:])
            for changed in changes - {text}:
                with pytest.raises(InvalidPass):
                    verify(changed, KEYS, NOW)

    def test_what_another_pass_is_worth_cannot_be_borrowed(self) -> None:
        mine, other = sign(PERMIT, KEYS), sign(replace(PERMIT, poll_id="poll_02"), KEYS)
        key_id, claims, _ = mine.split(".")
        with pytest.raises(InvalidPass):
            verify(f"{key_id}.{claims}.{other.split('.')[2]}", KEYS, NOW)

    @given(TEXT | st.text(ALPHABET) | st.text(ALPHABET).map("k1.".__add__))
    def test_any_other_text_is_no_pass(self, text: str) -> None:
        with pytest.raises(InvalidPass):
            verify(text, KEYS, NOW)
        with pytest.raises(InvalidPass):
            verify_signature(text, KEYS)

    @given(st.binary(max_size=40))
    def test_signed_nonsense_is_no_pass(self, claims: bytes) -> None:
        """Even under our own key, as an older version or another tool might sign it."""
        signed = f"k1.{urlsafe_b64encode(claims).decode()}"
        with pytest.raises(InvalidPass):
            verify_signature(f"{signed}.{signature(signed)}", KEYS)

    @pytest.mark.parametrize("claims", ["{}", "[]", "null", '{"voter":"v"}', '{"x":1}', '"text"'])
    def test_signed_claims_must_be_those_of_a_pass(self, claims: str) -> None:
        signed = f"k1.{urlsafe_b64encode(claims.encode()).decode()}"
        with pytest.raises(InvalidPass):
            verify_signature(f"{signed}.{signature(signed)}", KEYS)


class TestKeys:
    def test_keys_rotate_without_a_pass_being_refused(self) -> None:
        old = PassKeys("k1", {"k1": OLD})
        both = PassKeys("k1", {"k1": OLD, "k2": NEW})
        turned = PassKeys("k2", {"k1": OLD, "k2": NEW})
        new = PassKeys("k2", {"k2": NEW})
        # The new key everywhere first, then signing with it, then the old one goes.
        for signing, verifying in [(old, both), (both, turned), (turned, both), (turned, new)]:
            assert verify(sign(PERMIT, signing), verifying, NOW) == PERMIT
        for signing, verifying in [(turned, old), (old, new)]:
            with pytest.raises(InvalidPass):
                verify(sign(PERMIT, signing), verifying, NOW)

    def test_a_key_of_the_same_name_is_no_other_key(self) -> None:
        with pytest.raises(InvalidPass):
            verify(sign(PERMIT, KEYS), PassKeys("k1", {"k1": NEW}), NOW)

    def test_the_first_of_a_list_signs(self) -> None:
        keys = parse_keys(f"k2:{encoded(NEW)}, k1:{encoded(OLD).rstrip('=')}")
        assert keys == PassKeys("k2", {"k1": OLD, "k2": NEW})

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "k1",
            "k1:",
            f":{encoded(OLD)}",
            f"k.1:{encoded(OLD)}",
            f"k1:{encoded(OLD[:31])}",
            f"k1:{encoded(OLD)},",
            "k1:naïve",
            f"k1:{encoded(OLD)},k1:{encoded(NEW)}",
            f"k1:{encoded(OLD)[:-2]}!?",
        ],
    )
    def test_a_wrong_list_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            parse_keys(text)

    @given(st.binary(min_size=32, max_size=64))
    def test_a_key_is_written_with_or_without_padding(self, key: bytes) -> None:
        assert parse_key(encoded(key)) == parse_key(encoded(key).rstrip("=")) == key


def day(zone: str, moment: str) -> str:
    """The period of a moment (UTC) in a poll that counts per day."""
    rules = Rules(period="day", time_zone=zone)
    return period_of(rules, datetime.fromisoformat(moment).replace(tzinfo=UTC))


class TestPeriod:
    def test_a_poll_that_counts_as_one_has_one(self) -> None:
        now = datetime(2026, 11, 22, tzinfo=UTC)
        assert period_of(Rules(time_zone="Asia/Tokyo"), now) == ""

    @pytest.mark.parametrize(
        ("zone", "moment", "period"),
        [
            ("UTC", "2026-11-22T23:59:59.999", "2026-11-22"),
            ("UTC", "2026-11-23T00:00:00", "2026-11-23"),
            ("Asia/Tokyo", "2026-11-22T14:59:59.999", "2026-11-22"),
            ("Asia/Tokyo", "2026-11-22T15:00:00", "2026-11-23"),
            ("America/Los_Angeles", "2027-01-01T07:59:59", "2026-12-31"),
            ("America/Los_Angeles", "2027-01-01T08:00:00", "2027-01-01"),
            ("Asia/Kathmandu", "2026-11-22T18:14:59", "2026-11-22"),
            ("Asia/Kathmandu", "2026-11-22T18:15:00", "2026-11-23"),
            ("Pacific/Kiritimati", "2026-11-22T10:00:00", "2026-11-23"),
            ("Pacific/Pago_Pago", "2026-11-22T10:59:59", "2026-11-21"),
        ],
    )
    def test_a_day_changes_at_midnight_of_its_time_zone(
        self, zone: str, moment: str, period: str
    ) -> None:
        assert day(zone, moment) == period

    @pytest.mark.parametrize(
        ("last", "first", "hours"),
        [
            # Berlin: midnight is at 23:00 UTC in winter, at 22:00 in summer.
            ("2027-03-27T22:59:59", "2027-03-28T22:00:00", 23),
            ("2027-10-30T21:59:59", "2027-10-31T23:00:00", 25),
        ],
    )
    def test_the_days_on_which_summer_time_begins_and_ends(
        self, last: str, first: str, hours: int
    ) -> None:
        """The day lies between the end of the one before and the beginning of the next."""
        begins = datetime.fromisoformat(last) + timedelta(seconds=1)
        ends = datetime.fromisoformat(first)
        assert ends - begins == timedelta(hours=hours)
        whole = {
            day("Europe/Berlin", (begins + timedelta(hours=hour)).isoformat())
            for hour in range(hours)
        }
        assert len(whole) == 1
        before, after = day("Europe/Berlin", last), day("Europe/Berlin", first)
        assert before < min(whole) < after

    def test_a_day_that_a_country_left_out(self) -> None:
        """Samoa went over the date line at the end of 29 December 2011."""
        assert day("Pacific/Apia", "2011-12-30T09:59:59") == "2011-12-29"
        assert day("Pacific/Apia", "2011-12-30T10:00:00") == "2011-12-31"

    @given(
        st.sampled_from(sorted(available_timezones())),
        st.integers(946_684_800, 4_102_444_800),  # from 2000 to 2100
    )
    def test_it_is_the_day_on_the_calendar_there(self, zone: str, seconds: int) -> None:
        now = datetime.fromtimestamp(seconds, UTC)
        there = now.astimezone(ZoneInfo(zone))
        period = period_of(Rules(period="day", time_zone=zone), now)
        assert period == there.strftime("%Y-%m-%d")
        # However the moment is written.
        assert period_of(Rules(period="day", time_zone=zone), there) == period


class TestPseudonym:
    def test_it_never_changes(self) -> None:
        """Golden: another one would make a new voter of everybody."""
        assert pseudonym(OLD, "person_01") == "9VhT6RqTPfuISV3gY73Q-g"

    @given(TEXT, TEXT)
    def test_contests_do_not_know_each_others_voters(self, person: str, other: str) -> None:
        name = pseudonym(OLD, person)
        assert name == pseudonym(OLD, person)
        assert name != pseudonym(NEW, person)
        assert (name == pseudonym(OLD, other)) == (person == other)


def signature(signed: str) -> str:
    return urlsafe_b64encode(hmac.digest(OLD, signed.encode(), "sha256")).decode()
