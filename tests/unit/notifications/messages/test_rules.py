"""Ids of messages, amounts, and texts of others made harmless."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_notifications.messages.rules import (
    Notice,
    addressed,
    amount_text,
    in_lines,
    in_one_line,
    message_id,
    shortened,
)

THEN = datetime(2026, 4, 1, 12, tzinfo=UTC)
TOLD = ("/groundswell/ideas", "evt_1", THEN, "person_1")


def test_event_and_person_make_the_id() -> None:
    assert message_id(*TOLD) == message_id(*TOLD)
    others = [
        message_id("/groundswell/rewards", "evt_1", THEN, "person_1"),
        message_id("/groundswell/ideas", "evt_2", THEN, "person_1"),
        message_id("/groundswell/ideas", "evt_1", THEN, "person_2"),
    ]
    assert len({message_id(*TOLD), *others}) == 4


@given(st.timedeltas(timedelta(milliseconds=1), timedelta(days=90_000)))
def test_ids_sort_by_the_time_of_the_event(later: timedelta) -> None:
    earlier = message_id("/groundswell/ideas", "evt_1", THEN, "person_1")
    assert earlier < message_id("/groundswell/ideas", "evt_2", THEN + later, "person_1")


def test_a_notice_is_addressed_to_one_person() -> None:
    notice = Notice(
        brand_id="nerc",
        source="/groundswell/ideas",
        event_id="evt_1",
        happened_at=THEN,
        kind="result_published",
        contest_id="con_1",
        idea_id=None,
        subject="The result is out",
        text="It is decided.",
        path="/contests/con_1/decision",
    )
    message = addressed(notice, "person_1")
    assert message.id == message_id(*TOLD)
    assert (message.person_id, message.created_at) == ("person_1", THEN)
    assert (message.read_at, message.mail) == (None, "due")


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (50_000, "GBP", "500.00 GBP"),
        (1, "EUR", "0.01 EUR"),
        (123_456_789, "USD", "1,234,567.89 USD"),
        (10**12, "USD", "10,000,000,000.00 USD"),
        (5_000, "JPY", "5,000 JPY"),
        (1_234, "KWD", "1.234 KWD"),
        (1_234, "IQD", "1.234 IQD"),
        (1_234, "RSD", "12.34 RSD"),
        (12_345, "CLF", "1.2345 CLF"),
        (-50_000, "GBP", "-500.00 GBP"),
        (0, "CHF", "0.00 CHF"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(minor: int, currency: str, text: str) -> None:
    assert amount_text(minor, currency) == text


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    line = in_one_line(text)
    assert len(line.splitlines()) <= 1
    assert "=?" not in line
    assert in_one_line(line) == line


@given(st.text())
def test_lines_stay_lines(text: str) -> None:
    assert in_lines(in_lines(text)) == in_lines(text)
    assert "\r" not in in_lines(text)


def test_what_others_write_stays_readable() -> None:
    assert in_one_line("  šį\tvėją \r\n 船 👩\u200d🚀 ") == "šį vėją 船 👩\u200d🚀"
    assert in_lines("one\r\n\r\ntwo\u2028three\x00\x1b[31m") == "one\n\ntwo\nthree [31m"


def test_a_long_line_is_cut() -> None:
    assert shortened("abcde", 5) == "abcde"
    assert shortened("abc de", 5) == "abc…"
