"""The worker's task that sends codes, a few at a time."""

import asyncio
from dataclasses import dataclass

from prometheus_client import Counter

from groundswell_identity.signin.commands import CodeMailCommands
from groundswell_kit.health import Heartbeat
from groundswell_kit.turns import take_turns

SENDERS = 4
IDLE_SECONDS = 0.25

# What a mail in hand may still take when the worker is told to stop; a slow one is sent again.
FINISH_SECONDS = 5.0

CODE_MAILS = Counter(
    "groundswell_identity_code_mails", "Mails with a code, by what became of them.", ["outcome"]
)


@dataclass(frozen=True, slots=True)
class Mailer:
    """Any number of workers may run one."""

    commands: CodeMailCommands
    heartbeat: Heartbeat

    async def run(self, stop: asyncio.Event) -> None:
        """Sends what is due until `stop` is set."""
        async with asyncio.TaskGroup() as group:
            senders = [
                group.create_task(take_turns(stop, "mailer", self._turn, self.heartbeat))
                for _ in range(SENDERS)
            ]
            await stop.wait()
            _, late = await asyncio.wait(senders, timeout=FINISH_SECONDS)
            for sender in late:
                sender.cancel()

    async def _turn(self) -> float:
        outcome = await self.commands.send_next()
        if outcome is None:
            return IDLE_SECONDS
        CODE_MAILS.labels(outcome).inc()
        return 0.0
