"""The only counter is killed while people vote: how long until counting goes on.

Its supervisor, that of `groundswell up`, starts it again 0.2 s after its death.
"""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from tests.load.polls import Poll, open_poll
from tests.load.progress import Progress, progress
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import people_voting, standings_read, warm_up
from tests.load.sizes import Sizes
from tests.load.world import ROLES, until, world

LONGEST_SECONDS = 60.0
LAST_WRITE_SECONDS = 0.1


@asynccontextmanager
async def recovery(stage: Stage) -> AsyncIterator[Sides]:
    """One side, `killed`."""
    sizes = stage.sizes
    async with world(stage.directory, *ROLES) as it, progress(it) as log:
        poll = await open_poll(it)
        await warm_up(poll, log, sizes.connections, sizes.first_warm_up_seconds)
        yield Sides(it.versions, {"killed": partial(_killed, poll, log, sizes)})


async def _killed(poll: Poll, log: Progress, sizes: Sizes) -> Measured:
    world = poll.world
    # A new supervisor each time: one that saw several deaths in a row waits longer.
    await world.stop("counter")
    await world.start("counter")
    async with (
        standings_read(poll),
        people_voting(poll, sizes.recovery_rate, LONGEST_SECONDS),
    ):
        await _goes_on(log, await log.counted())
        os.kill(world.pid("counter"), signal.SIGKILL)
        killed_at = time.monotonic()
        await asyncio.sleep(LAST_WRITE_SECONDS)  # what was under way to Redis has arrived
        await _goes_on(log, await log.counted())
        goes_on_after = time.monotonic() - killed_at
        await _goes_on(log, await log.logged())
        caught_up_after = time.monotonic() - killed_at
    await log.until_at_rest()
    return {"goes_on_after_seconds": goes_on_after, "caught_up_after_seconds": caught_up_after}


async def _goes_on(log: Progress, behind: int) -> None:
    async def has_gone_on() -> bool:
        return await log.counted() > behind

    await until(has_gone_on, "counting goes on", LONGEST_SECONDS, 0.02)
