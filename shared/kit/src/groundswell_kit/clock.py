"""The clocks of the product: the wall clock, and one for leases. Everybody asks here."""

import time
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The time in UTC, cut to milliseconds because MongoDB keeps no more."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def unix_seconds() -> float:
    """The time in seconds since 1970, where a whole datetime would cost too much."""
    return time.time()


def seconds_since_boot() -> float:
    """For leases: never goes back, and also goes on while the machine sleeps, where that is known.

    `time.monotonic` stands still then on Linux, and a lease would outlive hours of sleep.
    """
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()
