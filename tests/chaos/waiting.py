"""Waiting for something with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable

LOOK_SECONDS = 0.1


async def until(holds: Callable[[], Awaitable[bool]], what: str, within_seconds: float) -> float:
    """Returns, once it holds, the seconds that it took. Raises TimeoutError naming it."""
    began = time.monotonic()
    while not await holds():
        if time.monotonic() - began > within_seconds:
            raise TimeoutError(f"not within {within_seconds:g} s: {what}")
        await asyncio.sleep(LOOK_SECONDS)
    return time.monotonic() - began
