"""The signing keys as a process knows them: to sign, to verify, to publish."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from joserfc.jwk import ECKey

from groundswell_identity.keys.rules import KEYS_KNOWN_FOR, signer
from groundswell_identity.keys.store import KeyStore, SigningKey
from groundswell_kit.clock import utc_now
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import unavailable

log = get_logger()


class KeyRing:
    """Keys read from the store at most every half minute, and kept while MongoDB is away.

    All of it raises a 503 problem while there are no keys.
    """

    def __init__(self, keys: KeyStore) -> None:
        self._store = keys
        self._keys: Sequence[SigningKey] = ()
        self._fresh_until = 0.0
        self._reading = asyncio.Lock()

    async def signer(self) -> ECKey:
        """The key to sign with now."""
        keys = await self._known()
        chosen = signer([key.times for key in keys], utc_now())
        return next(key.pair for key in keys if key.times == chosen)

    async def find(self, kid: str) -> ECKey | None:
        """The key of this id, or None."""
        keys = await self._known()
        return next((key.pair for key in keys if key.times.id == kid), None)

    async def jwks(self) -> list[dict[str, Any]]:
        """The public halves of all keys, as they are published."""
        return [dict(key.pair.as_dict(private=False)) for key in await self._known()]

    async def ready(self) -> None:
        """A readiness probe."""
        await self._known()

    async def _known(self) -> Sequence[SigningKey]:
        if time.monotonic() > self._fresh_until:
            async with self._reading:
                if time.monotonic() > self._fresh_until:
                    await self._read()
        if not self._keys:
            raise unavailable("There are no signing keys yet.")
        return self._keys

    async def _read(self) -> None:
        try:
            self._keys = await self._store.all()
        except Exception as error:
            if not self._keys or not is_unavailable(error):
                raise
            log.warning("signing keys not read", error=repr(error))
        # Without keys every call asks again: they are about to be made.
        if self._keys:
            self._fresh_until = time.monotonic() + KEYS_KNOWN_FOR.total_seconds()
