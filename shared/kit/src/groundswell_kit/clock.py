"""The only wall clock of the product; everything that dates something asks here."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time in UTC, cut to milliseconds because MongoDB keeps no more."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)
