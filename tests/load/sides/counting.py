"""The counter on a log full of votes, beside a loop that only reads and decodes the same records.

What Redis takes for it is measured in the same turns.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from tests.load.polls import Poll, open_poll
from tests.load.programs import told
from tests.load.progress import Progress, progress, worked_off
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import standings_read
from tests.load.tools import LoadFailed
from tests.load.world import cpu_of, world


@asynccontextmanager
async def counting(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `bare`, `counter`."""
    votes = stage.sizes.log_votes
    async with (
        world(stage.directory, "api", "ballot-box", "worker", "archiver") as it,
        progress(it) as log,
    ):
        poll = await open_poll(it)
        await poll.append(votes)
        await it.stop("archiver", "ballot-box")
        yield Sides(
            it.versions,
            {
                "bare": partial(told, "bare", "consume", it.engines.kafka.address, votes),
                "counter": partial(_counter, poll, log, votes),
            },
        )


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
