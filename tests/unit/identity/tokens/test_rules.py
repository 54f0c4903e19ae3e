"""When a refresh token is good, and what access tokens say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_identity.tokens.rules import (
    REFRESH_GRACE,
    REFRESH_IDLE,
    REFRESH_LONGEST,
    Bearer,
    Family,
    RefreshToken,
    Verdict,
    claims,
    judge,
)

BEGAN = datetime(2026, 3, 1, tzinfo=UTC)
FAMILY = Family("family", "person_1", None, 5, BEGAN, BEGAN + timedelta(days=1))
ROTATED = FAMILY.rotated_at
MOMENT = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("generation", "after", "verdict"),
    [
        (5, timedelta(0), "next"),
        (5, REFRESH_IDLE - MOMENT, "next"),
        (5, REFRESH_IDLE, "expired"),
        (4, timedelta(0), "again"),
        (4, REFRESH_GRACE - MOMENT, "again"),
        (4, REFRESH_GRACE, "reused"),
        (3, timedelta(0), "reused"),
        (1, timedelta(0), "reused"),
        (4, REFRESH_IDLE, "expired"),
        (6, timedelta(0), "reused"),
    ],
)
def test_a_token_of_each_age(generation: int, after: timedelta, verdict: Verdict) -> None:
    assert judge(FAMILY, generation, ROTATED + after) == verdict


@given(st.lists(st.integers(0, 40 * 24 * 3600), max_size=30))
def test_who_uses_the_newest_stays_signed_in_and_not_for_ever(pauses: list[int]) -> None:
    family, now = replace(FAMILY, generation=1, rotated_at=BEGAN), BEGAN
    for pause in pauses:
        now += timedelta(seconds=pause)
        verdict = judge(family, family.generation, now)
        idle, age = now - family.rotated_at, now - family.began_at
        assert (verdict == "next") == (idle < REFRESH_IDLE and age < REFRESH_LONGEST)
        if verdict != "next":
            return
        family = replace(family, generation=family.generation + 1, rotated_at=now)


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 3600))
def test_a_copy_is_good_for_nothing_but_the_lost_answer(newest: int, used: int, after: int) -> None:
    family = replace(FAMILY, generation=newest)
    verdict = judge(family, used, ROTATED + timedelta(seconds=after))
    assert (verdict == "next") == (used == newest)
    if verdict == "again":
        assert used == newest - 1
        assert after < 30


@given(st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True), st.integers(0, 10**9 - 1))
def test_a_token_is_read_as_it_was_written(family_id: str, generation: int) -> None:
    token = RefreshToken(family_id, generation, "ab" * 32)
    assert RefreshToken.parse(str(token)) == token


@given(st.text())
def test_any_text_is_a_token_or_none(text: str) -> None:
    token = RefreshToken.parse(text)
    assert token is None or str(token).count(".") == 2


@pytest.mark.parametrize("text", ["", "a.b.c", "a.1", "a.1.b.c", "a.-1.b", "a.٣.b", "a.1e3.b"])
def test_what_is_no_token(text: str) -> None:
    assert RefreshToken.parse(text) is None


def test_the_claims_of_a_participant(now: datetime) -> None:
    bearer = Bearer("person_1", "groundswell", ("participant",))
    said = claims(bearer, "https://i.test", "token_1", now, timedelta(minutes=15))
    assert said == {
        "iss": "https://i.test",
        "aud": "groundswell",
        "sub": "person_1",
        "client_id": "groundswell",
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 900,
        "jti": "token_1",
        "roles": ["participant"],
    }


def test_the_claims_of_an_account(now: datetime) -> None:
    bearer = Bearer(
        "person_1",
        "groundswell",
        ("participant",),
        account_created_at=datetime(2026, 1, 2, 3, 4, 5, 999_000, tzinfo=UTC),
        region="GB",
    )
    said = claims(bearer, "https://i.test", "token_1", now, timedelta(minutes=15))
    assert (said["account_created_at"], said["region"]) == (1_767_323_045, "GB")


def test_the_claims_of_a_brands_machine(now: datetime) -> None:
    scopes = ("events:read", "sales:write")
    bearer = Bearer("client_1", "client_1", ("integrator",), "nerc", scopes)
    said = claims(bearer, "https://i.test", "token_1", now, timedelta(minutes=15))
    assert (said["brand_id"], said["scope"]) == ("nerc", "events:read sales:write")
