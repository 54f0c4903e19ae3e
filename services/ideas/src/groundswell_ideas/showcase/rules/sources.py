"""Where visitors of an idea come from, and how they are counted. Pure; called by the commands."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from groundswell_ideas.showcase.rules.votes import Place

Source = Literal["direct", "card", "mail", "qr", "social", "site", "share", "other"]

PLAIN_SOURCES: tuple[Source, ...] = ("direct", "card", "mail", "qr", "social", "site")
"""What a link may name by itself; what else it names is a person's share link, or nothing known."""

VISITS_A_MINUTE = 6_000
"""As many visits of an idea from one source are counted in a minute."""

DAYS_MAXIMUM = 92
SOURCES_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLink:
    """A link to an idea by which its visitors are known to come from this person."""

    code: str
    brand_id: str
    idea_id: str
    sharer_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visit of an idea; `code` is that of the share link, and `visitor` stands for somebody."""

    brand_id: str
    idea_id: str
    at: datetime
    source: Source
    code: str | None = None
    visitor: str | None = None

    @property
    def day(self) -> str:
        """The day in UTC, which sorts."""
        return self.at.astimezone(UTC).date().isoformat()

    @property
    def bucket(self) -> str:
        """What it is counted in: one for each idea, day, and source or share link."""
        return f"{self.idea_id}/{self.day}/{self.code or self.source}"

    @property
    def visitor_mark(self) -> str | None:
        """What tells that this visitor was counted there; nobody learns the visitor's key from it.

        None where nobody is named.
        """
        if self.visitor is None:
            return None
        digest = hashlib.blake2b(f"{self.bucket}\n{self.visitor}".encode(), digest_size=16)
        return f"{self.bucket}/{digest.hexdigest()}"

    @property
    def forgotten_at(self) -> datetime:
        """When nobody comes again on the same day."""
        midnight = self.at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=1, hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """Visits of one day in UTC."""

    day: str
    visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """Visits by one source, the days in order; days without any are left out."""

    source: Source
    code: str | None
    visits: int
    days: tuple[DayCount, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Visits of an idea on some days; `count` sources in all, of which the strongest are here."""

    since: date
    until: date
    visits: int
    count: int
    sources: list[SourceCount]
    links: Mapping[str, ShareLink]
    places: list[Place]


def visit_by(via: str, link: ShareLink | None) -> tuple[Source, str | None]:
    """The source that a visit names, and the code of the share link that it came by."""
    if link is not None:
        return "share", link.code
    plain = next((source for source in PLAIN_SOURCES if source == via), None)
    return plain or "other", None


def days_asked(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The days that are asked for, both ends included: the last thirty unless said otherwise."""
    last = until or today
    return since or last - timedelta(days=29), last
