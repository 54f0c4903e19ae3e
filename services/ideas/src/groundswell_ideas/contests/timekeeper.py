"""The worker's task that does what the calendars of contests say, when it is due."""

import asyncio
from dataclasses import dataclass

from groundswell_ideas.contests.commands import ContestCommands
from groundswell_kit.health import Heartbeat
from groundswell_kit.leases import Lease
from groundswell_kit.turns import take_turns

LOOK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Timekeeper:
    """Any number of workers may run one; a lease lets one work, so that they do not collide.

    Two at work would repeat nothing either: a timer is settled in the transaction of what it does.
    """

    commands: ContestCommands
    lease: Lease
    heartbeat: Heartbeat

    async def run(self, stop: asyncio.Event) -> None:
        """Keeps time until `stop` is set."""
        try:
            await take_turns(stop, "timers", self._turn, self.heartbeat)
        finally:
            await self.lease.release()

    async def _turn(self) -> float:
        if not await self.lease.acquire_or_renew():
            return LOOK_SECONDS
        return 0.0 if await self.commands.try_next_timer() else LOOK_SECONDS
