"""A ballot pass: a short-lived signed permit to vote in one poll. Pure; signing and checking.

The voting api signs, the ballot box checks: no look-up, a few microseconds.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from zoneinfo import ZoneInfo

from groundswell_voting.voteslog.rules import Rules

LIFETIME_SECONDS = 15 * 60


class InvalidPass(ValueError):
    """Not a pass of ours, or changed on the way, or signed with a key that is not known."""


class ExpiredPass(ValueError):
    """A genuine pass whose time is over."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What the ballot box has to know of a voter; `expires_at` in seconds since 1970."""

    poll_id: str
    voter: str
    pass_id: str
    expires_at: int
    period: str = ""
    segment: str = ""
    channel: str = "web"
    via: str = ""


@dataclass(frozen=True, slots=True)
class PassKeys:
    """Keys by id. All of them verify; `signing` names the one that signs.

    To rotate: add the new key everywhere first, then sign with it, then remove the old one.
    """

    signing: str
    keys: Mapping[str, bytes]


def parse_keys(text: str) -> PassKeys:
    """Keys from `id:base64url,id:base64url`; the first signs. ValueError says what is wrong."""
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        key_id, colon, secret = part.strip().partition(":")
        if not colon or not key_id.isalnum():
            raise ValueError("a pass key is written id:base64url, with letters and digits as id")
        if key_id in keys:
            raise ValueError(f"two pass keys have the id {key_id}")
        keys[key_id] = parse_key(secret)
    return PassKeys(signing=next(iter(keys)), keys=keys)


def parse_key(text: str) -> bytes:
    """A secret key of at least 32 bytes from its base64url form."""
    key = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if len(key) < 32:
        raise ValueError("a key has at least 32 bytes")
    return key


# Passes are made and read by the thousand a second: `asdict` would take longer than all the rest,
# and claims without their names are read in half the time.
_CLAIMS = tuple(field.name for field in fields(Pass))
_to_json = json.JSONEncoder(separators=(",", ":")).encode
_from_json = json.JSONDecoder().decode


def sign(permit: Pass, keys: PassKeys) -> str:
    """The pass as text: `<key id>.<claims>.<signature>`."""
    claims = urlsafe_b64encode(_to_json([getattr(permit, name) for name in _CLAIMS]).encode())
    signed = f"{keys.signing}.{claims.decode()}"
    return f"{signed}.{_signature(keys.keys[keys.signing], signed.encode()).decode()}"


def _signature(key: bytes, signed: bytes) -> bytes:
    return urlsafe_b64encode(hmac.digest(key, signed, "sha256"))


def verify(text: str, keys: PassKeys, now: float) -> Pass:
    """The pass in a text. Raises InvalidPass or ExpiredPass; `now` in seconds since 1970."""
    permit = verify_signature(text, keys)
    if permit.expires_at <= now:
        raise ExpiredPass
    return permit


def verify_signature(text: str, keys: PassKeys) -> Pass:
    """The pass in a text, also an expired one: it still tells whose receipts may be read."""
    signed, _, signature = text.rpartition(".")
    key_id, _, claims = signed.partition(".")
    key = keys.keys.get(key_id)
    if key is None:
        raise InvalidPass
    try:
        expected = _signature(key, signed.encode("ascii"))
        if not hmac.compare_digest(signature.encode("ascii"), expected):
            raise InvalidPass
        values = _from_json(urlsafe_b64decode(claims).decode())
        if not isinstance(values, list):
            raise InvalidPass
        return Pass(*values)
    except (ValueError, TypeError) as error:
        raise InvalidPass from error


def period_of(rules: Rules, now: datetime) -> str:
    """The period that a pass of the moment `now` votes in: the poll, or a day of its time zone."""
    if rules.period == "poll":
        return ""
    return now.astimezone(ZoneInfo(rules.time_zone)).date().isoformat()


def pseudonym(contest_key: bytes, participant_id: str) -> str:
    """The name of a participant in one contest's votes: without the key, it leads to nobody."""
    digest = hmac.digest(contest_key, participant_id.encode(), "sha256")
    return urlsafe_b64encode(digest[:16]).decode().rstrip("=")
