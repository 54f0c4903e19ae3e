"""Links that show a draft to somebody without an account. Pure; called by the routes."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

KEPT = timedelta(days=7)
_MAC_BYTES = 16


def preview_token(contest_id: str, expires_at: datetime, secret: bytes) -> str:
    """What opens a contest's preview until then; goes into a URL as it is."""
    said = f"{contest_id}.{int(expires_at.timestamp())}"
    return f"{said}.{_mac(said, secret)}"


def previewed(token: str, secret: bytes, now: datetime) -> str | None:
    """The contest that a token opens; None for one that is invented, changed or expired."""
    said, _, mac = token.rpartition(".")
    contest_id, _, expiry = said.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(said, secret).encode()):
        return None
    return contest_id if now.timestamp() < int(expiry) else None


def _mac(said: str, secret: bytes) -> str:
    digest = hmac.digest(secret, b"preview:" + said.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:_MAC_BYTES]).decode().rstrip("=")
