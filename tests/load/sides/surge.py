"""A surge of votes through HTTP at full speed, until the last of them is counted, exactly."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from tests.load.polls import open_poll
from tests.load.progress import Progress, progress
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import standings_read, warm_up
from tests.load.sizes import Sizes
from tests.load.tools import LoadFailed, send_all_votes
from tests.load.world import ROLES, World, world

SLOWEST_VOTES_PER_SECOND = 400
PAUSE_SECONDS = 0.02


@asynccontextmanager
async def surge(stage: Stage) -> AsyncIterator[Sides]:
    """One side, `surge`."""
    sizes = stage.sizes
    async with world(stage.directory, *ROLES) as it, progress(it) as log:
        await warm_up(await open_poll(it), log, sizes.connections, sizes.first_warm_up_seconds)
        yield Sides(it.versions, {"surge": partial(_surge, it, log, sizes)})


async def _surge(it: World, log: Progress, sizes: Sizes) -> Measured:
    await warm_up(await open_poll(it), log, sizes.connections, sizes.warm_up_seconds)
    poll, count = await open_poll(it), sizes.surge_votes
    longest = 10 + count / SLOWEST_VOTES_PER_SECOND
    ended = [0.0]

    def note_the_end() -> None:
        ended[0] = time.monotonic()

    async with poll.votes_of_new_voters(count) as votes, standings_read(poll):
        load = await send_all_votes(
            *(it.urls["ballot-box"], poll.vote_path, votes, sizes.connections, longest),
            note_the_end,
        )
        load.require_only(202)
        await poll.until_counted(count, pause_seconds=PAUSE_SECONDS)
        counted_after = time.monotonic() - ended[0]
    await log.until_at_rest()
    tally = await poll.votes_counted()
    if tally != load.answers[202]:
        raise LoadFailed(f"{load.answers[202]} votes were acknowledged, {tally} are counted")
    return {
        "counted_after_seconds": counted_after,
        "per_second": load.per_second(202),
        "acknowledged": load.answers[202],
        "counted": tally,
        "p50_ms": load.p50_ms,
        "p99_ms": load.p99_ms,
        "load_tool_cpu_seconds": load.cpu_seconds,
    }
