"""Identifiers of everything that is stored; they sort by the time they were made."""

from ulid import ULID


def new_id(prefix: str) -> str:
    """A new identifier such as `idea_01jd5w0h3v8m6q2y9k4r7t1xzp`: the prefix and a ULID."""
    return f"{prefix}_{str(ULID()).lower()}"
