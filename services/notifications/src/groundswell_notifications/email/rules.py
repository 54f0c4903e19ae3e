"""When a mail is tried again or given up, and the links that end mails. Pure."""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from groundswell_notifications.audience.rules import KINDS, Kind

IN_HAND: Final = timedelta(seconds=60)
"""How long a mail is one worker's; one that is killed lets it be tried again after this."""

WORTH_SENDING: Final = timedelta(days=7)
"""A mail about something that is longer ago is not sent; the message stays in the inbox."""

FIRST_DELAY: Final = timedelta(seconds=2)
LONGEST_DELAY: Final = timedelta(minutes=10)

_MAC_BYTES: Final = 16


class MailKind(NamedTuple):
    """The mails that a link ends: those of one kind to one person."""

    person_id: str
    kind: Kind


def delay_after(attempts: int) -> timedelta:
    """How long a mail waits after this many attempts in vain: 2 s, 4 s, 8 s ... ten minutes."""
    doubled: int = 2 ** min(attempts - 1, 20)
    return min(LONGEST_DELAY, FIRST_DELAY * doubled)


def is_worth_sending(happened_at: datetime, now: datetime) -> bool:
    """Whether what happened is recent enough for a mail about it."""
    return now - happened_at <= WORTH_SENDING


def unsubscribe_token(mails: MailKind, key: bytes) -> str:
    """A token for a link, which ends these mails for whoever has it; it does not expire."""
    payload = json.dumps([mails.person_id, mails.kind]).encode()
    return base64.urlsafe_b64encode(_mac(payload, key) + payload).decode().rstrip("=")


def read_unsubscribe_token(token: str, key: bytes) -> MailKind | None:
    """The mails that a token ends; None for any text that is no token under this key."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(payload, key)):
        return None
    person_id, kind = json.loads(payload)
    return MailKind(person_id, kind) if kind in KINDS else None


def _mac(payload: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"unsubscribe:" + payload, hashlib.sha256)[:_MAC_BYTES]
