"""The archiver on a log full of votes, beside bare insert_many of the documents that it makes.

Beside both standings are read, and the counter runs, which has counted the log before.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from groundswell_voting.archive.records import Archive
from tests.load.polls import Poll, open_poll
from tests.load.programs import told
from tests.load.progress import Progress, progress, worked_off
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import standings_read
from tests.load.world import DATABASE, ROLES, cpu_of, world


@asynccontextmanager
async def archiving(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `archiver`, `bare`."""
    votes = stage.sizes.log_votes
    async with world(stage.directory, *ROLES) as it, progress(it) as log:
        poll = await open_poll(it)
        await poll.append(votes)
        await log.until_at_rest()
        await it.stop("archiver")
        sides: dict[str, Callable[[], Awaitable[Measured]]] = {
            "archiver": partial(_archiver, poll, log),
            "bare": partial(_bare, poll, log),
        }
        for side in sides.values() if stage.sizes.warm_up_seconds else ():
            await side()
        yield Sides(it.versions, sides)


async def _archiver(poll: Poll, log: Progress) -> Measured:
    world = poll.world
    for name in ("votes_log", "votes_log_positions"):
        await world.database.drop_collection(name)
    await Archive(world.database).ensure_indexes()
    logged = await log.logged()
    async with standings_read(poll):
        starting = asyncio.create_task(world.start("archiver"))
        try:
            records, seconds = await worked_off(log.archived, logged)
        finally:
            await starting
        cpu = cpu_of(world.pid("archiver"))
    await world.stop("archiver")
    return {"per_second": records / seconds, "seconds": seconds, "archiver_cpu_seconds": cpu}


async def _bare(poll: Poll, log: Progress) -> Measured:
    """The archive is whole here: it was before the first turn, and is after each archiver."""
    mongo, records = poll.world.engines.mongo.address, await log.logged()
    async with standings_read(poll):
        return await told("bare", "insert", mongo, DATABASE, records)
