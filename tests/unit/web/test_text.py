"""How people's text, times and money are written."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_web import text

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@given(st.text())
def test_no_text_breaks_out_of_its_markup(typed: str) -> None:
    for shown in (text.name(typed), text.excerpt(typed)):
        inner = shown.removeprefix("<bdi>").removesuffix("</bdi>")
        assert not set(inner) & set("<>\"'" + BIDI)
    bare = text.paragraphs(typed).replace('<p dir="auto">', "").replace("</p>", "")
    assert not set(bare.replace("<br>", "")) & set("<>\"'" + BIDI)


@given(st.text())
def test_cleaning_twice_is_cleaning_once(typed: str) -> None:
    assert text.plain(text.plain(typed)) == text.plain(typed)


def test_controls_and_overrides_go_and_words_stay() -> None:
    assert text.plain(f"a\u0000b\u0007c{BIDI}d\re\r\nf\tg\ud800h\u200fi") == "abcd\ne\nf\tgh\u200fi"
    assert text.one_line(" a\n\tb  c ") == "a b c"


def test_paragraphs_keep_their_lines() -> None:
    assert text.paragraphs("one\ntwo\n \nthree\n") == (
        '<p dir="auto">one<br>two</p><p dir="auto">three</p>'
    )


def test_an_excerpt_ends_between_words() -> None:
    assert text.excerpt("one two three", 9) == "<bdi>one two …</bdi>"
    assert text.excerpt("one two", 7) == "<bdi>one two</bdi>"


def test_times_are_in_utc_and_for_machines_too() -> None:
    vienna = timezone(timedelta(hours=1))
    moment = datetime(2026, 12, 20, 0, 30, 5, tzinfo=vienna)
    assert text.moment(moment) == (
        '<time datetime="2026-12-19T23:30:05+00:00">19\u00a0December\u00a02026, 23:30 UTC</time>'
    )
    assert "23:30:05 UTC" in text.clock_time(moment)
    assert text.day(moment) == text.day(date(2026, 12, 19))
    assert text.day(datetime(2026, 1, 2, tzinfo=UTC)) == (
        '<time datetime="2026-01-02">2\u00a0January\u00a02026</time>'
    )


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [
        (150_000, "EUR", "EUR\u00a01,500.00"),
        (1_500, "JPY", "JPY\u00a01,500"),
        (1_500, "KWD", "KWD\u00a01.500"),
        (12_345, "CLF", "CLF\u00a01.2345"),
        (-5, "GBP", "\u2212GBP\u00a00.05"),
        (10**12, "USD", "USD\u00a010,000,000,000.00"),
    ],
)
def test_money(minor: int, currency: str, shown: str) -> None:
    assert text.money(minor, currency) == f'<span class="money">{shown}</span>'


def test_counts() -> None:
    assert text.counted(1, "vote", "votes") == "1 vote"
    assert text.counted(12_345, "vote", "votes") == "12,345 votes"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "20 December 2026, 22:30 UTC"),
        ("Europe/London", "20 December 2026, 22:30 UTC"),
        ("Atlantis/Capital", "20 December 2026, 22:30 UTC"),
        ("../etc/passwd", "20 December 2026, 22:30 UTC"),
        ("America/New_York", "20 December 2026, 17:30 America/New York (22:30 UTC)"),
        ("Asia/Tokyo", "21 December 2026, 07:30 Asia/Tokyo (20 December 2026, 22:30 UTC)"),
    ],
)
def test_a_moment_is_told_on_the_clocks_of_a_place_and_in_utc(zone: str, shown: str) -> None:
    moment = datetime(2026, 12, 20, 22, 30, tzinfo=UTC)
    told = text.moment_in(moment, zone)
    assert told.striptags().replace("\u00a0", " ") == shown
    assert 'datetime="2026-12-20T22:30:00+00:00"' in told


@pytest.mark.parametrize(
    ("basis_points", "shown"),
    [(0, "0"), (10_000, "100"), (9_850, "98.5"), (1, "0.01"), (1_205, "12.05")],
)
def test_shares_are_told_in_per_cent(basis_points: int, shown: str) -> None:
    assert text.percent(basis_points) == f"{shown}\u00a0%"


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(7, 8, "0.875"), (1, 3, "0.3333"), (1, 1, "1"), (0, 5, "0"), (0, 0, "0"), (3, 2, "1.5")],
)
def test_scores_are_told_with_four_digits_at_most(
    numerator: int, denominator: int, shown: str
) -> None:
    assert text.fraction(numerator, denominator) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (12.0, "12"),
        (-1.5, "-1.5"),
        (1_234_567.891, "1,234,567.891"),
        (1e15, "1,000,000,000,000,000"),
        (12_345_678_901, "12,345,678,901"),
    ],
)
def test_a_figure_is_told_with_all_its_digits(value: float, shown: str) -> None:
    assert text.figure(value) == shown
