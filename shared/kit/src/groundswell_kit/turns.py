"""A worker's loop that waits out MongoDB's absence. Used by the tasks of services' workers."""

import asyncio
from collections.abc import Awaitable, Callable

from groundswell_kit.health import Heartbeat
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import growing_delay, pause

log = get_logger()

Turn = Callable[[], Awaitable[float]]
"""Does some of what is due, and says for how many seconds it may rest; 0 when there may be more."""


async def take_turns(stop: asyncio.Event, name: str, turn: Turn, heartbeat: Heartbeat) -> None:
    """Takes one turn after the other until `stop` is set; the turn in hand is finished.

    Each turn that succeeds beats the heart. While MongoDB is away it tries again after a growing
    delay; what else a turn raises is raised.
    """
    failures = 0
    while not stop.is_set():
        try:
            delay = await turn()
        except Exception as error:
            if not is_unavailable(error):
                raise
            failures += 1
            delay = growing_delay(failures)
            log.warning("turn interrupted", task=name, error=repr(error), failures=failures)
        else:
            failures = 0
            heartbeat.beat()
        await pause(stop, delay)
