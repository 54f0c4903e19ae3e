"""Engines go and come back; nothing is lost, nothing is parked, and a stop is heeded meanwhile."""

import asyncio

import pytest

from groundswell_local.engines import Engines
from tests.integration.kit.messaging.world import World, eventually, happenings, paused, running

# Each takes eight at most. Who waited for its client to give up would take fifteen or twenty.
HEEDED_SECONDS = 14


async def saw(world: World, *numbers: int) -> bool:
    return await world.seen("shoe") == list(numbers)


async def ready(world: World) -> bool:
    return not await world.health.ready()


async def unready(world: World) -> bool:
    return not await ready(world)


async def test_kafka_dies_and_returns(world: World, engines: Engines) -> None:
    async with running(world.relay().run, world.consumer().run):
        await world.tell(*happenings("shoe", 1))
        await eventually(lambda: saw(world, 1), "at work")
        await engines.kafka.kill()
        await world.tell(*happenings("shoe", 2, 3))
        await engines.kafka.start()
        await eventually(lambda: saw(world, 1, 2, 3), "at work again")
        await eventually(lambda: ready(world), "ready again")
    assert await world.parked() == []


async def test_mongodb_dies_and_returns(world: World, engines: Engines) -> None:
    async with running(world.relay().run, world.consumer().run):
        await world.tell(*happenings("shoe", *range(1, 60)))
        await engines.mongo.kill()
        await eventually(lambda: unready(world), "readiness tells")
        await engines.mongo.start()
        await eventually(lambda: saw(world, *range(1, 60)), "all took effect")
        await eventually(lambda: ready(world), "ready again")
    assert await world.parked() == []


@pytest.mark.parametrize("engine", ["kafka", "mongo"])
async def test_a_stop_is_heeded_while_an_engine_does_not_answer(
    world: World, engines: Engines, engine: str
) -> None:
    await world.tell(*happenings("shoe", *range(1, 60)))
    stop = asyncio.Event()
    runs = (world.relay().run, world.consumer().run)
    tasks = [asyncio.create_task(run(stop)) for run in runs]
    await eventually(lambda: begun(world), "at work")

    async with paused(getattr(engines, engine)):
        await asyncio.sleep(0.3)
        stop.set()
        # In turns of a second: the time for which this process stands still counts as one of them.
        late = set(tasks)
        for _ in range(HEEDED_SECONDS):
            if late:
                _, late = await asyncio.wait(late, timeout=1)

    await asyncio.gather(*tasks)
    assert not late


async def begun(world: World) -> bool:
    return len(await world.seen("shoe")) > 3
