"""A stop ends every wait, and delays grow to a limit."""

import asyncio
import time

import pytest

from groundswell_kit.waiting import growing_delay, pause, unless_stopped


async def test_work_that_ends_by_itself() -> None:
    done = []

    async def work() -> None:
        await asyncio.sleep(0)
        done.append("worked")

    assert await unless_stopped(asyncio.Event(), work())
    assert done == ["worked"]


async def test_work_is_cancelled_by_the_stop() -> None:
    stop = asyncio.Event()
    ended = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("in order")

    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert not await unless_stopped(stop, work())
    assert ended == ["in order"]


async def test_a_cancellation_that_is_swallowed_is_repeated() -> None:
    swallowed = 0

    async def deaf() -> None:
        nonlocal swallowed
        while swallowed < 2:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                swallowed += 1
        await asyncio.sleep(60)

    stop = asyncio.Event()
    stop.set()
    assert not await unless_stopped(stop, deaf())
    assert swallowed == 2


async def test_what_work_raises_is_raised() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    async def fail_at_the_end() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await fail()

    stop = asyncio.Event()
    with pytest.raises(ValueError, match="broken"):
        await unless_stopped(stop, fail())
    stop.set()
    with pytest.raises(ValueError, match="broken"):
        await unless_stopped(stop, fail_at_the_end())


async def test_cancelling_the_waiter_cancels_the_work() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.set()

    task = asyncio.create_task(unless_stopped(asyncio.Event(), work()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_a_pause_ends_with_the_stop() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    began = time.monotonic()
    await pause(stop, 60)
    assert time.monotonic() - began < 50


def test_delays_grow_to_five_seconds() -> None:
    delays = [growing_delay(n) for n in range(1, 12)]
    assert delays[:4] == [0.1, 0.2, 0.4, 0.8]
    assert delays == sorted(delays)
    assert delays[-1] == growing_delay(10_000) == 5.0
