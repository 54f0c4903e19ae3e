"""What a quota is. Pure; named by those who hold people to one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Quota:
    """`most` times in each stretch of `per`; the stretches follow each other since 1970 in UTC."""

    name: str
    most: int
    per: timedelta

    def begins(self, now: datetime) -> datetime:
        """When the stretch of now began."""
        return now - (now - _EPOCH) % self.per

    def ends(self, now: datetime) -> datetime:
        """When the stretch of now is over."""
        return self.begins(now) + self.per
