"""HTTP shapes of keys."""

from typing import Any

from pydantic import BaseModel


class Jwks(BaseModel):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, Any]]
