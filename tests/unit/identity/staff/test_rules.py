"""Which ID tokens let somebody in."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from groundswell_identity.staff.rules import complaint, verified_email

ISSUER = "https://sso.test"


def good(now: datetime) -> dict[str, Any]:
    seconds = now.timestamp()
    return {
        "iss": ISSUER,
        "aud": "console",
        "sub": "boss",
        "nonce": "n",
        "iat": seconds,
        "exp": seconds + 300,
    }


def found(claims: dict[str, Any], now: datetime) -> str | None:
    return complaint(claims, ISSUER, "console", "n", now)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": ["console"]},
        {"aud": ["console", "other"], "azp": "console"},
        {"azp": "console"},
        {"exp": 1_772_366_401.5},
    ],
)
def test_a_good_one(now: datetime, changes: dict[str, Any]) -> None:
    assert found(good(now) | changes, now) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": f"{ISSUER}/"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "other"}, "audience"),
        ({"aud": []}, "audience"),
        ({"aud": {"console": 1}}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": ["console", "other"]}, "audiences"),
        ({"aud": ["console", "other"], "azp": "other"}, "audiences"),
        ({"azp": "other"}, "party"),
        ({"nonce": "x"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"exp": None}, "expired"),
        ({"exp": "9999999999"}, "expired"),
        ({"exp": True}, "expired"),
        ({"exp": 1_000}, "expired"),
        ({"iat": None}, "future"),
        ({"iat": 9_999_999_999}, "future"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "x" * 256}, "subject"),
    ],
)
def test_a_bad_one(now: datetime, changes: dict[str, Any], why: str) -> None:
    told = found(good(now) | changes, now)
    assert told is not None
    assert why in told


def test_clocks_may_differ_by_a_minute(now: datetime) -> None:
    claims = good(now)
    assert found(claims, now + timedelta(seconds=359)) is None
    assert found(claims, now + timedelta(seconds=361)) == "expired"
    assert found(claims, now - timedelta(seconds=59)) is None
    assert found(claims, now - timedelta(seconds=61)) == "from the future"


@pytest.mark.parametrize(
    ("claims", "email"),
    [
        ({"email": "a@example.com", "email_verified": True}, "a@example.com"),
        ({"email": "a@example.com", "email_verified": False}, None),
        ({"email": "a@example.com", "email_verified": "true"}, None),
        ({"email": "a@example.com", "email_verified": 1}, None),
        ({"email": "a@example.com"}, None),
        ({"email": ["a@example.com"], "email_verified": True}, None),
        ({"email_verified": True}, None),
    ],
)
def test_only_an_address_that_is_said_to_be_verified(
    claims: dict[str, Any], email: str | None
) -> None:
    assert verified_email(claims) == email
