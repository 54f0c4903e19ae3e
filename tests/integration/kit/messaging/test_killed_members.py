"""Whole processes die or stall in the middle of their work, and every event takes effect once."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from groundswell_local.engines import Engines
from tests.integration.kit.messaging.world import PATIENCE_SECONDS, Happened, World, eventually

THINGS = [f"thing_{n}" for n in range(5)]


@pytest.fixture(autouse=True)
async def short_transactions(world: World) -> AsyncIterator[None]:
    """MongoDB ends what a dead process has open after a minute; here after a second."""
    admin = world.database.client.admin
    limit = "transactionLifetimeLimitSeconds"
    before = await admin.command({"setParameter": 1, limit: 1})
    yield
    await admin.command({"setParameter": 1, limit: before["was"]})


@asynccontextmanager
async def member(
    world: World, engines: Engines, effects: int = 0
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker process; with `effects` one that kills itself when it has had so many."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.kit.messaging.member",
        *(engines.mongo.address, world.database.name, engines.kafka.address),
        *(world.service, Happened.topic.name, str(effects)),
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.wait()


async def tell(world: World, numbers: range) -> None:
    for n in numbers:
        await world.tell(*(Happened(thing=thing, n=n) for thing in THINGS))


async def effects(world: World) -> int:
    return sum([len(await world.seen(thing)) for thing in THINGS])


async def until(world: World, numbers: int) -> None:
    """Waits for the effects of numbers 1..n of each thing, and that they are in order and once."""
    total = numbers * len(THINGS)

    async def all_there() -> bool:
        return await effects(world) >= total

    await eventually(all_there, f"{total} effects")
    for thing in THINGS:
        assert await world.seen(thing) == list(range(1, numbers + 1))
    assert await world.parked() == []


async def test_killed_in_the_middle(world: World, engines: Engines) -> None:
    # Enough for several batches of the relay.
    await tell(world, range(1, 101))
    async with member(world, engines, effects=30) as first, asyncio.timeout(PATIENCE_SECONDS):
        assert await first.wait() == -signal.SIGKILL
    assert 10 < await effects(world) < 100 * len(THINGS)

    async def noted() -> bool:
        return await world.unsent() == 0

    async with member(world, engines) as second:
        await until(world, 100)
        # The first may have published everything and noted nothing; its lease has to end before
        # the second publishes the same again.
        await eventually(noted, "every row is noted as sent")
        second.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await second.wait() == 0
    async with member(world, engines):
        await tell(world, range(101, 103))
        await until(world, 102)


async def test_stalled_in_the_middle_and_back_after_others_took_over(
    world: World, engines: Engines
) -> None:
    await tell(world, range(1, 41))

    async def busy() -> bool:
        return await effects(world) > 10

    async with member(world, engines) as zombie:
        await eventually(busy, "the first member is at work")
        os.kill(zombie.pid, signal.SIGSTOP)
        async with member(world, engines):
            await until(world, 40)
            os.kill(zombie.pid, signal.SIGCONT)
            await tell(world, range(41, 51))
            await until(world, 50)
