"""Delays, what is worth sending, and links that end mails."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_notifications.audience.rules import KINDS
from groundswell_notifications.email.rules import (
    LONGEST_DELAY,
    WORTH_SENDING,
    MailKind,
    delay_after,
    is_worth_sending,
    read_unsubscribe_token,
    unsubscribe_token,
)

KEY = b"a link key of the tests, 32 bytes"
NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
MAILS = MailKind("person_01jd5w0h3v8m6q2y9k4r7t1xzp", "won")


def test_delays_grow_to_a_limit() -> None:
    assert [delay_after(n).total_seconds() for n in (1, 2, 3, 9, 10, 11)] == [
        2,
        4,
        8,
        512,
        600,
        600,
    ]
    assert delay_after(10**9) == LONGEST_DELAY


def test_old_news_is_not_mailed() -> None:
    assert is_worth_sending(NOW - WORTH_SENDING, NOW)
    assert not is_worth_sending(NOW - WORTH_SENDING - timedelta(milliseconds=1), NOW)


@given(st.text(max_size=100), st.sampled_from(KINDS))
def test_a_token_names_its_mails(person_id: str, kind: str) -> None:
    mails = MailKind(person_id, kind)  # type: ignore[arg-type] # drawn from the kinds
    token = unsubscribe_token(mails, KEY)
    assert read_unsubscribe_token(token, KEY) == mails
    assert token.replace("-", "").replace("_", "").isalnum()


def test_a_token_is_not_to_be_made_up() -> None:
    token = unsubscribe_token(MAILS, KEY)
    assert read_unsubscribe_token(token, b"another key") is None
    for position in range(len(token)):
        other = "A" if token[position] != "A" else "B"
        changed = token[:position] + other + token[position + 1 :]
        assert read_unsubscribe_token(changed, KEY) in (None, MAILS)
        if position < len(token) - 1:  # of the last character some bits mean nothing
            assert read_unsubscribe_token(changed, KEY) is None


@pytest.mark.parametrize("text", ["", "A", "x" * 600, "ä", "....", "=", "AAAA" * 20])
def test_any_other_text_is_no_token(text: str) -> None:
    assert read_unsubscribe_token(text, KEY) is None
