"""Work of the worker that one process at a time does, bit by bit: wired by `app`, done by the
commands of contests, ballots, juries and selection.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from groundswell_kit.health import Heartbeat
from groundswell_kit.leases import Lease
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.turns import take_turns

LOOK_SECONDS = 0.5

log = get_logger()


@dataclass(frozen=True, slots=True)
class Chore:
    """Any number of workers may have it; a lease lets one work, so that they do not collide.

    `do_next` does the next bit, if there is one, and says whether there was: in one transaction,
    so that two at work would repeat nothing either. What breaks must not be the next bit again:
    it looks for an id, and leaves all else to `do_or_put_off`.
    """

    name: str
    do_next: Callable[[], Awaitable[bool]]
    lease: Lease
    heartbeat: Heartbeat

    async def run(self, stop: asyncio.Event) -> None:
        """Does what there is to do until `stop` is set."""
        try:
            await take_turns(stop, self.name, self._turn, self.heartbeat)
        finally:
            await self.lease.release()

    async def _turn(self) -> float:
        if not await self.lease.acquire_or_renew():
            return LOOK_SECONDS
        return 0.0 if await self.do_next() else LOOK_SECONDS


async def do_or_put_off(
    bit: str, do: Callable[[], Awaitable[None]], put_off: Callable[[], Awaitable[None]]
) -> None:
    """Does a bit of a chore; one that breaks is logged and put off, so that no other waits for it.

    A row that cannot be read breaks too, so `do` reads it and `put_off` does not. Raises what tells
    that the database is away, as then nothing is wrong with the bit itself.
    """
    try:
        await do()
    except Exception as error:
        if is_unavailable(error):
            raise
        log.exception("chore broke", bit=bit)
        await put_off()
