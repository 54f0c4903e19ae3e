"""Waiting that a stop can end, and delays that grow. Used by all that waits an outage out."""

import asyncio
from collections.abc import Coroutine
from typing import Any

LONGEST_DELAY_SECONDS = 5.0

# Python 3.11's `asyncio.wait_for`, through which PyMongo sends each command, swallows a
# cancellation that comes in the turn of its result; so it is repeated until it is heeded.
CANCEL_AGAIN_SECONDS = 0.2


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
        while not working.done():
            working.cancel()
            await asyncio.wait({working}, timeout=CANCEL_AGAIN_SECONDS)
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
