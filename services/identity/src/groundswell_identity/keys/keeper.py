"""The worker's task that has a key made when one is due."""

import asyncio
from dataclasses import dataclass

from groundswell_identity.keys.commands import KeyCommands
from groundswell_kit.health import Heartbeat
from groundswell_kit.turns import take_turns

LOOK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class KeyKeeper:
    """Any number of workers may run one."""

    commands: KeyCommands
    heartbeat: Heartbeat

    async def run(self, stop: asyncio.Event) -> None:
        """Looks after the keys until `stop` is set."""
        await take_turns(stop, "keys", self._turn, self.heartbeat)

    async def _turn(self) -> float:
        await self.commands.keep()
        return LOOK_SECONDS
