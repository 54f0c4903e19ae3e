"""Page cursors: opaque to clients, signed so that none can be made up.

Used by the routes of lists.
"""

import base64
import hashlib
import hmac
import json
from typing import Any

from groundswell_kit.problems import FieldError, validation

_MAC_BYTES = 16


def encode(payload: dict[str, Any], secret: bytes) -> str:
    """A cursor that carries `payload` (JSON types only), for `decode` under the same secret."""
    document = json.dumps(payload, separators=(",", ":"), sort_keys=True).encode("ascii")
    return base64.urlsafe_b64encode(_mac(document, secret) + document).decode().rstrip("=")


def decode(cursor: str, secret: bytes) -> dict[str, Any]:
    """What `encode` was given. Raises a 422 problem naming query.cursor for any other text."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    mac, document = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(document, secret)):
        raise validation(FieldError("query.cursor", "cursor", "not a cursor of this list"))
    payload: dict[str, Any] = json.loads(document)
    return payload


def _mac(document: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, b"cursor:" + document, hashlib.sha256)[:_MAC_BYTES]
