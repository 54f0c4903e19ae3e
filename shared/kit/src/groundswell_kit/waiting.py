"""Waiting that a stop can end, and delays that grow. Used by all that waits an outage out."""

import asyncio
from collections.abc import Coroutine
from typing import Any

LONGEST_DELAY_SECONDS = 5.0

_CANCEL_AGAIN_SECONDS = 0.2


async def cancel(*tasks: asyncio.Task[Any]) -> None:
    """Cancels tasks, and returns when all of them have ended. What they raised stays in them.

    Python 3.11's `asyncio.wait_for`, through which PyMongo and redis-py send each command, swallows
    a cancellation that comes in the turn of its result; so it is repeated until it is heeded.
    """
    while working := [task for task in tasks if not task.done()]:
        for task in working:
            task.cancel()
        await asyncio.wait(working, timeout=_CANCEL_AGAIN_SECONDS)


async def unless_stopped(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Runs `work` to its end and returns True; when `stop` is set first, cancels it: False.

    Raises what `work` raises, also what it raises at being cancelled.
    """
    working = asyncio.create_task(work)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        await cancel(working)
    if working.cancelled():
        return False
    working.result()
    return True


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Sleeps, but no longer than until `stop` is set."""
    await unless_stopped(stop, asyncio.sleep(seconds))


def growing_delay(failures: int) -> float:
    """Seconds to wait after the n-th failure in a row: 0.1, 0.2, 0.4 ... 5."""
    return float(min(LONGEST_DELAY_SECONDS, 0.1 * 2 ** min(failures - 1, 10)))
