"""Identifiers of everything that is stored, and secrets: where the product takes its chance."""

import secrets

from ulid import ULID

_SECRET_BYTES = 32
_OPAQUE_BYTES = 13


def new_id(prefix: str) -> str:
    """A new identifier such as `idea_01jd5w0h3v8m6q2y9k4r7t1xzp`: the prefix and a ULID.

    They sort by the time they were made, and can be guessed: no secret.
    """
    return f"{prefix}_{str(ULID()).lower()}"


def new_opaque_id(prefix: str) -> str:
    """A new identifier that tells nothing, not even when it was made; no secret either."""
    return f"{prefix}_{secrets.token_hex(_OPAQUE_BYTES)}"


def new_secret() -> str:
    """256 bits that nobody can guess, as 43 characters that are safe in a URL."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_code(digits: int = 6) -> str:
    """Digits for a person to type, each as likely as any other; guesses have to be counted."""
    return f"{secrets.randbelow(10**digits):0{digits}}"
