"""Where visits and votes come from, and what they are counted in."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from groundswell_ideas.showcase.rules.sources import (
    ShareLink,
    Visit,
    VoteSource,
    days_asked,
    source_of,
    vote_sources,
)

LINK = ShareLink(code="abc", brand_id="nerc", idea_id="idea_1", sharer_id="per_1")
VISIT = Visit(
    brand_id="nerc", idea_id="idea_1", at=datetime(2026, 3, 1, 12, tzinfo=UTC), source="qr"
)


@pytest.mark.parametrize(
    ("via", "link", "counted"),
    [
        ("qr", None, ("qr", None)),
        ("abc", LINK, ("share", "abc")),
        ("abc", None, ("other", None)),
        ("share", None, ("other", None)),
        ("other", None, ("other", None)),
    ],
)
def test_a_link_names_one_source(
    via: str, link: ShareLink | None, counted: tuple[str, str | None]
) -> None:
    assert source_of(via, link) == counted


def test_days_are_those_of_utc() -> None:
    east = timezone(timedelta(hours=9))
    visit = Visit(
        brand_id="nerc", idea_id="i", at=datetime(2026, 3, 2, 3, tzinfo=east), source="qr"
    )
    assert (visit.day, visit.bucket) == ("2026-03-01", "i/2026-03-01/qr")
    assert visit.forgotten_at > datetime(2026, 3, 2, tzinfo=UTC)


def test_a_visitor_leaves_a_mark_that_names_nobody() -> None:
    one = Visit(brand_id="n", idea_id="i", at=VISIT.at, source="qr", visitor="session-1")
    other = Visit(brand_id="n", idea_id="i", at=VISIT.at, source="mail", visitor="session-1")
    assert VISIT.visitor_mark is None
    assert one.visitor_mark is not None
    assert "session" not in one.visitor_mark
    assert one.visitor_mark != other.visitor_mark


def test_thirty_days_unless_said_otherwise() -> None:
    today = date(2026, 3, 31)
    assert days_asked(None, None, today) == (date(2026, 3, 2), today)
    assert days_asked(date(2026, 1, 1), None, today) == (date(2026, 1, 1), today)
    assert days_asked(None, date(2026, 2, 1), today) == (date(2026, 1, 3), date(2026, 2, 1))


def test_votes_have_the_sources_that_visits_have() -> None:
    votes = [("mail", 2), ("abc", 5), ("gone", 1), ("share", 3), ("qr", 2)]
    assert vote_sources(votes, {"abc": LINK}) == (
        VoteSource(source="share", code="abc", votes=5),
        VoteSource(source="other", code=None, votes=4),
        VoteSource(source="mail", code=None, votes=2),
        VoteSource(source="qr", code=None, votes=2),
    )
    assert vote_sources([], {}) == ()
