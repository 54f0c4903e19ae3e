"""Making signing keys in time, and dropping those that are done with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc.jwk import ECKey

from groundswell_identity.keys.rules import (
    PUBLISHED_AHEAD,
    KeyTimes,
    due_key,
    expired,
    waiting_key,
)
from groundswell_identity.keys.store import KeyStore, SigningKey
from groundswell_kit.clock import utc_now
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import transaction
from groundswell_kit.observability import get_logger

log = get_logger()


@dataclass(frozen=True, slots=True)
class KeyCommands:
    """Each verb is one transaction, and two at once make one key: any number of workers may try."""

    keys: KeyStore
    every: timedelta

    async def keep(self) -> None:
        """Makes the key that is due and drops those that are done with; else changes nothing."""
        now, keys = utc_now(), await self.keys.times()
        if due_key(keys, now, self.every) is None and not expired(keys, now):
            return

        async def work() -> None:
            await self.keys.lock()
            known = await self.keys.times()
            await self.keys.remove(expired(known, now))
            signs_from = due_key(known, now, self.every)
            if signs_from is not None:
                await self._make(signs_from)

        await transaction(self.keys.client, work)
        log.info("signing keys changed")

    async def rotate(self) -> datetime:
        """Makes a key although none is due, and says from when it signs.

        While a key waits to sign, that one is it: a repeat makes no other.
        """

        async def work() -> datetime:
            await self.keys.lock()
            now, known = utc_now(), await self.keys.times()
            waiting = waiting_key(known, now)
            if waiting is not None:
                return waiting.signs_from
            signs_from = now + PUBLISHED_AHEAD if known else now
            await self._make(signs_from)
            return signs_from

        return await transaction(self.keys.client, work)

    async def _make(self, signs_from: datetime) -> None:
        key_id = new_id("key")
        pair = ECKey.generate_key("P-256", {"kid": key_id, "use": "sig", "alg": "ES256"})
        await self.keys.add(SigningKey(KeyTimes(key_id, signs_from), pair))
