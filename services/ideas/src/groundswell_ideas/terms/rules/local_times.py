"""Local times of a place as moments in UTC, and back. Pure; the one rule about summer time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def to_utc(local: datetime, time_zone: str) -> datetime:
    """The moment of a local time without offset, in a time zone of the IANA database.

    A time that summer time skips moves forward by the gap: 01:30 becomes 02:30. Of a time that
    comes twice, the first is meant.
    """
    return local.replace(tzinfo=ZoneInfo(time_zone), fold=0).astimezone(UTC)


def to_local(moment: datetime, time_zone: str) -> datetime:
    """What the clocks of a place show at a moment, with their offset."""
    return moment.astimezone(ZoneInfo(time_zone))
