"""How long a code is good, how often it may be tried, and how many may be asked for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from groundswell_identity.people.rules import AddressMark, Bound, seconds_until_free

CODE_LIFETIME = timedelta(minutes=10)
MAX_TRIES = 5

# With five tries each, a guesser of six digits has one chance in ten thousand a day with an
# address. A sign-in that succeeds does not count.
OPEN_AT_ONCE = 3
A_DAY = 20
DAY = timedelta(hours=24)

LONGEST_MAIL_DELAY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody has asked for a code; `code_mark` is the keyed hash of it."""

    id: str
    address_mark: AddressMark
    email: str
    locale: str
    time_zone: str
    code_mark: str
    begun_at: datetime

    @property
    def expires_at(self) -> datetime:
        """From when the code is good no more."""
        return self.begun_at + CODE_LIFETIME


def seconds_to_wait(begun: Sequence[datetime], now: datetime) -> int:
    """In how many seconds an address may begin a sign-in; 0 when it may now.

    `begun` are the times of those that it began and did not finish.
    """
    bounds = (Bound(OPEN_AT_ONCE, CODE_LIFETIME), Bound(A_DAY, DAY))
    return seconds_until_free(begun, bounds, now)


def still_counted(begun: Sequence[datetime], now: datetime) -> list[datetime]:
    """Those of a list of beginnings that have to be remembered."""
    return [moment for moment in begun if now < moment + DAY]


def mail_delay(failures: int) -> timedelta:
    """How long a mail waits that was not taken for the n-th time: 1, 2, 4 ... 30 seconds."""
    return min(LONGEST_MAIL_DELAY, timedelta(seconds=2 ** min(failures - 1, 10)))
