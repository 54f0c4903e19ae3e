"""Background work in small turns, as long as the worker runs. Used by `app`."""

import asyncio
from collections.abc import Awaitable, Callable

from groundswell_kit.health import Heartbeat
from groundswell_kit.mongo import is_unavailable
from groundswell_kit.observability import get_logger
from groundswell_kit.waiting import growing_delay, pause

log = get_logger()


def in_turns(
    turn: Callable[[], Awaitable[bool]], heartbeat: Heartbeat, idle_seconds: float
) -> Callable[[asyncio.Event], Awaitable[None]]:
    """A task that takes turns until it is told to stop; a turn says whether there was work.

    Without work it waits `idle_seconds`. While MongoDB is away it waits longer and longer, and the
    heartbeat falls silent; what else a turn raises ends the task.
    """

    async def run(stop: asyncio.Event) -> None:
        failures = 0
        while not stop.is_set():
            try:
                worked = await turn()
            except Exception as error:
                if not is_unavailable(error):
                    raise
                failures += 1
                log.warning("turn interrupted", error=repr(error), failures=failures)
                await pause(stop, growing_delay(failures))
            else:
                failures = 0
                heartbeat.beat()
                await pause(stop, 0.0 if worked else idle_seconds)

    return run
