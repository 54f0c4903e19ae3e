"""Where visitors and votes of an idea come from, and how they are counted. Pure; for commands."""

import hashlib
from collections.abc import Iterable, Mapping
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
    """A link to an idea by which its visitors are known to come from this person.

    `sharer_id` is None once the person is erased: the link goes on, as nobody's.
    """

    code: str
    brand_id: str
    idea_id: str
    sharer_id: str | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteSource:
    """Votes whose voters came by one source, or by one share link."""

    source: Source
    code: str | None
    votes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """By which sources the certified votes of an idea in a poll came, most votes first.

    `others` came by links too weak to be told; what is missing to the certified votes named none.
    """

    brand_id: str
    idea_id: str
    poll_id: str
    sources: tuple[VoteSource, ...]
    others: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Visits of an idea on some days; `count` sources in all, of which the strongest are here.

    `attributions` are those of its certified votes, by poll; none of a poll whose votes named none.
    """

    since: date
    until: date
    visits: int
    count: int
    sources: list[SourceCount]
    links: Mapping[str, ShareLink]
    places: list[Place]
    attributions: Mapping[str, Attribution]


def source_of(via: str, link: ShareLink | None) -> tuple[Source, str | None]:
    """The source that a link names, and the code of the share link if it is one."""
    if link is not None:
        return "share", link.code
    plain = next((source for source in PLAIN_SOURCES if source == via), None)
    return plain or "other", None


def vote_sources(
    votes: Iterable[tuple[str, int]], known: Mapping[str, ShareLink]
) -> tuple[VoteSource, ...]:
    """Sources of votes from what their links named; what names nothing known is one of them."""
    found: dict[tuple[Source, str | None], int] = {}
    for via, number in votes:
        source = source_of(via, known.get(via))
        found[source] = found.get(source, 0) + number
    strongest = sorted(found.items(), key=lambda item: (-item[1], item[0][1] or item[0][0]))
    return tuple(VoteSource(source=s, code=code, votes=n) for (s, code), n in strongest)


def days_asked(since: date | None, until: date | None, today: date) -> tuple[date, date]:
    """The days that are asked for, both ends included: the last thirty unless said otherwise."""
    last = until or today
    return since or last - timedelta(days=29), last
