"""When a signing key is made, signs and is dropped, by the list of keys and the time. Pure.

Each key says from when it signs; it does so until the next one's time comes. Others learn of a key
through JWKS documents, which they keep for a while, so a new one is published long before it
signs, and an old one stays until its last token has expired.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)

JWKS_MAX_AGE = timedelta(minutes=5)
"""For which HTTP caches may keep the JWKS document."""

KEYS_KNOWN_FOR = timedelta(seconds=30)
"""For which a process of this service keeps the list of keys."""

# Verifiers fetch a JWKS every ten minutes (kit's FRESH_SECONDS); from a cache it may be five
# minutes old, and what filled the cache half a minute. The rest is for clocks that disagree.
PUBLISHED_AHEAD = timedelta(minutes=30)

# The life of a token, the seconds by which verifiers are lenient, and clocks that disagree.
KEPT_AFTER = ACCESS_TOKEN_LIFETIME + timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class KeyTimes:
    """A key, and from when it signs."""

    id: str
    signs_from: datetime


def signer(keys: Sequence[KeyTimes], now: datetime) -> KeyTimes | None:
    """The key to sign with: the last one whose time has come; None when there are no keys.

    Before any one's time has come it is the first: the clock of its maker was ahead of ours.
    """
    ordered = _in_order(keys)
    begun = [key for key in ordered if key.signs_from <= now]
    return begun[-1] if begun else next(iter(ordered), None)


def expired(keys: Sequence[KeyTimes], now: datetime) -> list[str]:
    """Ids of the keys with which no living token was signed, nor will one be."""
    ordered = _in_order(keys)
    return [
        key.id for key, successor in pairwise(ordered) if successor.signs_from + KEPT_AFTER <= now
    ]


def due_key(keys: Sequence[KeyTimes], now: datetime, every: timedelta) -> datetime | None:
    """From when a key signs that has to be made now; None when none has to be.

    The first one signs at once, because nobody knows an older JWKS.
    """
    if not keys:
        return now
    newest = _in_order(keys)[-1]
    if newest.signs_from + every - PUBLISHED_AHEAD <= now:
        return now + PUBLISHED_AHEAD
    return None


def waiting_key(keys: Sequence[KeyTimes], now: datetime) -> KeyTimes | None:
    """The key that is published and does not sign yet, or None."""
    newest = _in_order(keys)[-1:]
    return next((key for key in newest if key.signs_from > now), None)


def _in_order(keys: Sequence[KeyTimes]) -> list[KeyTimes]:
    return sorted(keys, key=lambda key: (key.signs_from, key.id))
