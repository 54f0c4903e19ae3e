"""Whether processes are gone, as tests of starting and killing ask."""

import asyncio

import psutil


def is_gone(pid: int) -> bool:
    """Whether it has ended; one that only waits to be reaped has."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def all_gone(pids: list[int], within_seconds: float = 30) -> bool:
    """Whether all of them end in that time."""
    try:
        async with asyncio.timeout(within_seconds):
            while not all(map(is_gone, pids)):  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.02)
    except TimeoutError:
        return False
    return True
