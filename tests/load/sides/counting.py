"""The counter on a log full of votes, beside a loop that only reads and decodes the same records.

Beside both standings are read, and the archiver runs, which has archived the log before. What Redis
takes for the count is measured in the same turns.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from tests.load.polls import Poll, open_poll
from tests.load.programs import told
from tests.load.progress import Progress, progress, worked_off
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import standings_read
from tests.load.tools import LoadFailed
from tests.load.world import ROLES, cpu_of, world


@asynccontextmanager
async def counting(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `bare`, `counter`."""
    votes = stage.sizes.log_votes
    async with world(stage.directory, *ROLES) as it, progress(it) as log:
        poll = await open_poll(it)
        await poll.append(votes)
        await log.until_at_rest()
        await it.stop("counter")
        sides: dict[str, Callable[[], Awaitable[Measured]]] = {
            "bare": partial(_bare, poll, log),
            "counter": partial(_counter, poll, log, votes),
        }
        for side in sides.values() if stage.sizes.warm_up_seconds else ():
            await side()
        yield Sides(it.versions, sides)


async def _bare(poll: Poll, log: Progress) -> Measured:
    kafka, records = poll.world.engines.kafka.address, await log.logged()
    async with standings_read(poll):
        return await told("bare", "consume", kafka, records)


async def _counter(poll: Poll, log: Progress, votes: int) -> Measured:
    world = poll.world
    await world.redis.flushdb()
    await asyncio.sleep(1)  # what was freed is given back in the background
    empty = (await world.redis.info("memory"))["used_memory"]
    logged = await log.logged()
    async with standings_read(poll):
        starting = asyncio.create_task(world.start("counter"))
        try:
            records, seconds = await worked_off(log.counted, logged)
        finally:
            await starting
        cpu = cpu_of(world.pid("counter"))
    await poll.until_counted(votes)
    if await poll.votes_counted() != votes:
        raise LoadFailed(f"{votes} votes are in the log, {await poll.votes_counted()} are counted")
    await world.stop("counter")
    full = (await world.redis.info("memory"))["used_memory"]
    return {
        "per_second": records / seconds,
        "seconds": seconds,
        "counter_cpu_seconds": cpu,
        "redis_bytes_per_vote": (full - empty) / votes,
    }
