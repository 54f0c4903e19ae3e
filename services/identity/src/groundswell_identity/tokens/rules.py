"""What access tokens say, and when a refresh token is good. Pure.

A sign-in begins a family of refresh tokens, each good for one refresh that gives the next: they
are numbered, and the family says which number is the newest. Who uses an older one holds a copy of
what somebody else has used, so the family ends. The immediate predecessor of the newest is good
for a few seconds more and gives the same newest again: an answer may have been lost, and two pages
of one session may refresh at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

AUDIENCE = "groundswell"

# Who signed in by code or through a provider uses no OAuth client of its own.
FIRST_PARTY = "groundswell"

REFRESH_IDLE = timedelta(days=30)
REFRESH_LONGEST = timedelta(days=180)
REFRESH_GRACE = timedelta(seconds=30)

Verdict = Literal["next", "again", "reused", "expired"]


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom an access token speaks for; the last two are told of participants only."""

    subject: str
    client_id: str
    roles: tuple[str, ...]
    brand_id: str | None = None
    scopes: tuple[str, ...] = ()
    account_created_at: datetime | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """The refresh tokens of one sign-in; `generation` is the newest one's number.

    Staff have a brand, participants none.
    """

    id: str
    subject: str
    brand_id: str | None
    generation: int
    began_at: datetime
    rotated_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When it is over if nobody refreshes."""
        return min(self.rotated_at + REFRESH_IDLE, self.began_at + REFRESH_LONGEST)


def judge(family: Family, generation: int, now: datetime) -> Verdict:
    """What the use of the token of this number comes to."""
    if now >= family.ends_at:
        return "expired"
    if generation == family.generation:
        return "next"
    if generation == family.generation - 1 and now < family.rotated_at + REFRESH_GRACE:
        return "again"
    return "reused"


def claims(
    bearer: Bearer, issuer: str, token_id: str, now: datetime, lifetime: timedelta
) -> dict[str, Any]:
    """The claims of an access token (RFC 9068), with what polls judge participants by."""
    issued_at = int(now.timestamp())
    said: dict[str, Any] = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": bearer.subject,
        "client_id": bearer.client_id,
        "iat": issued_at,
        "exp": issued_at + int(lifetime.total_seconds()),
        "jti": token_id,
        "roles": list(bearer.roles),
    }
    if bearer.brand_id is not None:
        said["brand_id"] = bearer.brand_id
    if bearer.scopes:
        said["scope"] = " ".join(bearer.scopes)
    if bearer.account_created_at is not None:
        said["account_created_at"] = int(bearer.account_created_at.timestamp())
    if bearer.region is not None:
        said["region"] = bearer.region
    return said


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token taken apart; genuine only if `mark` fits the rest."""

    family_id: str
    generation: int
    mark: str

    @classmethod
    def parse(cls, text: str) -> "RefreshToken | None":
        """The parts of a token, or None when it does not have them."""
        parts = text.split(".")
        if len(parts) != 3 or not _is_number(parts[1]):
            return None
        return cls(parts[0], int(parts[1]), parts[2])

    @property
    def named(self) -> str:
        """What the mark is made of."""
        return f"{self.family_id}.{self.generation}"

    def __str__(self) -> str:
        return f"{self.named}.{self.mark}"


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 9
