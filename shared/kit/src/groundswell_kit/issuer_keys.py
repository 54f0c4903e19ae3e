"""The public keys of one token issuer: fetched, cached, fetched again when a new one is used.

Used by `auth` alone.
"""

import asyncio
import time
import urllib.request
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from pydantic import BaseModel

from groundswell_kit import problems
from groundswell_kit.observability import get_logger
from groundswell_kit.settings import Issuer

log = get_logger()

FETCH_SECONDS = 5.0
MAX_JWKS_BYTES = 1024 * 1024
# A withdrawn key is refused after this long.
FRESH_SECONDS = 600.0
# At most one fetch in this time, whatever key ids are invented; sooner while there are no keys.
REFETCH_SECONDS = 30.0
FIRST_RETRY_SECONDS = 2.0


class IssuerKeys:
    """Keys by key id. Those known stay in use while the issuer is away."""

    def __init__(self, issuer: Issuer) -> None:
        self._issuer = issuer
        self._keys: dict[str, Key] = {}
        self._fresh_until = 0.0
        self._next_fetch = 0.0
        self._fetching = asyncio.Lock()

    async def find(self, kid: str) -> Key | None:
        """The key, or None when the issuer has no such key.

        Raises a 503 problem while no keys were ever had.
        """
        known = self._keys.get(kid)
        if known is None or time.monotonic() > self._fresh_until:
            # Whoever holds a known key need not wait for somebody else's fetch.
            if known is None or not self._fetching.locked():
                await self._fetch_if_due()
            known = self._keys.get(kid)
        if not self._keys:
            raise problems.unavailable("The token's issuer cannot be reached.", 2)
        return known

    async def _fetch_if_due(self) -> None:
        async with self._fetching:
            if time.monotonic() < self._next_fetch:
                return
            try:
                self._keys = await asyncio.to_thread(_load, self._issuer)
                self._fresh_until = time.monotonic() + FRESH_SECONDS
            except (OSError, ValueError) as error:
                log.warning("issuer keys not read", issuer=self._issuer.issuer, error=repr(error))
            wait = REFETCH_SECONDS if self._keys else FIRST_RETRY_SECONDS
            self._next_fetch = time.monotonic() + wait


class _Jwks(BaseModel):
    keys: list[dict[str, Any]]


def _load(issuer: Issuer) -> dict[str, Key]:
    """Signing keys by their id; OSError or ValueError when there are none to be had.

    Keys of kinds that we do not know, or without an id, are left out.
    """
    keys: dict[str, Key] = {}
    for jwk in _Jwks.model_validate_json(_read(issuer)).keys:
        try:
            key = JWKRegistry.import_key(jwk)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("issuer key left out", issuer=issuer.issuer, error=repr(error))
            continue
        if key.kid:
            keys[key.kid] = key
    if not keys:
        raise ValueError("a JWKS without a usable key")
    return keys


def _read(issuer: Issuer) -> bytes:
    if issuer.jwks_file is not None:
        return issuer.jwks_file.read_bytes()
    # Only http and https pass the settings.
    with urllib.request.urlopen(str(issuer.jwks_url), timeout=FETCH_SECONDS) as answer:  # noqa: S310
        document: bytes = answer.read(MAX_JWKS_BYTES)
    return document
