"""Work of the worker that one process at a time does, bit by bit. Wired by `app`."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from groundswell_kit.health import Heartbeat
from groundswell_kit.leases import Lease
from groundswell_kit.turns import take_turns

LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Chore:
    """Any number of workers may have it; a lease lets one work, so that they do not collide.

    `do_next` does the next bit, if there is one, and says whether there was: in one transaction,
    so that two at work would repeat nothing either. It puts off what breaks: that is tried again
    later, and keeps nothing else from being done.
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
