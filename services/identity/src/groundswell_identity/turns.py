"""A worker's loop that waits out MongoDB's absence. Used by the rotation of keys and the mailer."""

import asyncio
from collections.abc import Awaitable, Callable

from groundswell_kit.health import Heartbeat
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import growing_delay, pause

log = get_logger()

Turn = Callable[[], Awaitable[float]]
"""Does what is due, and says for how many seconds there is nothing to do."""


async def take_turns(stop: asyncio.Event, name: str, turn: Turn, heartbeat: Heartbeat) -> None:
    """Takes one turn after the other until `stop` is set; what else goes wrong is raised."""
    failures = 0
    while not stop.is_set():
        try:
            delay = await turn()
            failures = 0
        except Exception as error:
            if not is_unavailable(error):
                raise
            failures += 1
            delay = growing_delay(failures)
            log.warning("engine away", task=name, error=repr(error), failures=failures)
        heartbeat.beat()
        await pause(stop, delay)
