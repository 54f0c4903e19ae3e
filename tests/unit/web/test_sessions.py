"""What makes a session and a form trustworthy."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_web.sessions.rules import (
    digits,
    form_token,
    from_own_site,
    is_form_token,
    language,
    needs_renewal,
    own_path,
    session_key,
    still_usable,
)

OWN = "https://contest.example"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


# Without zeros, because a key of an HMAC is filled up with them; secrets are long and have none.
SECRETS = st.text(st.characters(exclude_characters="\0"))


@given(SECRETS, SECRETS)
def test_a_form_is_of_the_session_whose_token_it_carries(secret: str, other: str) -> None:
    secret, other = (text.encode(errors="replace").decode() for text in (secret, other))
    assert is_form_token(secret, form_token(secret))
    assert is_form_token(secret, form_token(other)) == (secret == other)
    assert not is_form_token(secret, "")
    assert session_key(secret) != form_token(secret)


def test_a_strange_token_is_no_error() -> None:
    assert not is_form_token("secret", "\u00e9")


@pytest.mark.parametrize(
    ("fetch_site", "origin", "host", "expected"),
    [
        ("same-origin", None, None, True),
        ("none", None, None, True),
        ("same-site", OWN, "contest.example", False),
        ("cross-site", OWN, "contest.example", False),
        (None, None, "contest.example", True),
        (None, OWN, "inner:8100", True),
        (None, "http://localhost:8100", "localhost:8100", True),
        (None, "https://evil.example", "contest.example", False),
        (None, "https://contest.example.evil.example", "contest.example", False),
        (None, "null", "contest.example", False),
        (None, "null", None, False),
        (None, "", "", False),
    ],
)
def test_only_our_own_pages_may_send_forms(
    fetch_site: str | None, origin: str | None, host: str | None, expected: bool
) -> None:
    assert from_own_site(fetch_site, origin, host, OWN) == expected


@pytest.mark.parametrize("path", ["/", "/contests/con_1?cursor=a%20b", "/rewards#x", "/a//b"])
def test_own_paths_are_gone_to(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "contests",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=y",
        "/a b",
        "/\t/evil.example",
        "/é",
        "/" + "a" * 600,
    ],
)
def test_nothing_else_is(text: str | None) -> None:
    assert own_path(text) == "/"
    assert own_path(text, otherwise="") == ""


@given(st.text())
def test_no_way_leads_to_another_site(text: str) -> None:
    path = own_path(text)
    assert path.startswith("/")
    assert path[1:2] not in ("/", "\\")
    assert path.isprintable()


def test_tokens_are_renewed_before_their_end() -> None:
    assert not needs_renewal(NOW + timedelta(minutes=15), NOW)
    assert needs_renewal(NOW + timedelta(seconds=59), NOW)
    assert still_usable(NOW + timedelta(seconds=59), NOW)
    assert not still_usable(NOW + timedelta(seconds=5), NOW)


def test_languages_and_codes() -> None:
    assert language("de-AT,de;q=0.9,en;q=0.8") == "de-AT"
    assert language("fr;q=0.9") == "fr"
    for strange in (None, "", "*", "<script>", "x" * 50):
        assert language(strange) == "en"
    assert digits(" 123-456\n") == "123456"
    assert digits("١٢٣") == ""
