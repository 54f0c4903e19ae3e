"""What makes a session and a form trustworthy. Pure."""

import hashlib
import hmac
import re
from datetime import datetime, timedelta

SESSION_LIFETIME = timedelta(days=30)
SIGN_IN_LIFETIME = timedelta(minutes=30)

# Renewed this long before its end, so that it outlives the request it is used for.
RENEW_BEFORE = timedelta(seconds=60)
USABLE_BEFORE = timedelta(seconds=5)

_OWN_PATH = re.compile(r"/(?![/\\])[\x21-\x7e]{0,500}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


def needs_renewal(valid_until: datetime, now: datetime) -> bool:
    """Whether an access token should be renewed before it is used."""
    return valid_until - now < RENEW_BEFORE


def still_usable(valid_until: datetime, now: datetime) -> bool:
    """Whether an access token will do for one more request."""
    return valid_until - now > USABLE_BEFORE


def session_key(secret: str) -> str:
    """What a session is stored under: nobody who reads it there can make its cookie."""
    return hashlib.sha256(b"session\n" + secret.encode()).hexdigest()


def visitor_key(secret: str) -> str:
    """What tells the visits of a session apart from those of others, and nothing else."""
    return hmac.digest(secret.encode(), b"visits", hashlib.sha256).hex()[:32]


def form_token(secret: str) -> str:
    """What the forms of a session carry; another site cannot know it."""
    return hmac.digest(secret.encode(), b"form", hashlib.sha256).hex()


def is_form_token(secret: str, given: str) -> bool:
    """Whether a form is of this session, compared in constant time."""
    return hmac.compare_digest(form_token(secret).encode(), given.encode())


def from_own_site(
    fetch_site: str | None, origin: str | None, host: str | None, own_origin: str
) -> bool:
    """Whether a browser says that a request comes from a page of ours.

    Old browsers send neither header; the form's token decides then.
    """
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    if origin is None:
        return True
    return origin == own_origin or (bool(host) and origin.partition("://")[2] == host)


def own_path(text: str | None, otherwise: str = "/") -> str:
    """The text if it is a path of this site, with its query; else `otherwise`."""
    return text if text is not None and _OWN_PATH.fullmatch(text) else otherwise


def language(accepted: str | None) -> str:
    """The first language of an Accept-Language header; English when it names none."""
    first = (accepted or "").split(",")[0].partition(";")[0].strip()
    return first if _LANGUAGE.fullmatch(first) else "en"


def digits(text: str) -> str:
    """A code as it was mailed, however it was typed."""
    return "".join(character for character in text if character in "0123456789")
