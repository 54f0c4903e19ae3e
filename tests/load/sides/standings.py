"""Reads of the standings of a large poll while people vote: how many, and how fast at 60 % of it.

The capacity is found by a closed loop of wrk; the latency by an open loop of h2load, which sends
each read at its time, whatever the answers before it took.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from tests.load.polls import Poll, open_poll
from tests.load.progress import progress, used_since
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import people_voting, warm_up
from tests.load.sizes import Sizes
from tests.load.tools import Held, LoadFailed, read_at_rate, read_over_and_over
from tests.load.world import ROLES, world

SHARE = 0.6
TRIES = 3
READERS = 32
BEHIND_SECONDS = 60.0  # people go on voting so much longer than it takes


@asynccontextmanager
async def standings(stage: Stage) -> AsyncIterator[Sides]:
    """One side, `standings`: its capacity first, then the latency at a share of it."""
    sizes = stage.sizes
    async with world(stage.directory, *ROLES) as it, progress(it) as log:
        poll = await open_poll(it, sizes.standings_ideas)
        await poll.append(sizes.standings_votes)
        await warm_up(poll, log, sizes.connections, sizes.first_warm_up_seconds)
        await log.until_at_rest()
        yield Sides(it.versions, {"standings": partial(_read, poll, sizes)})


async def _read(poll: Poll, sizes: Sizes) -> Measured:
    seconds, api = sizes.load_seconds, poll.world.urls["api"]
    async with people_voting(poll, sizes.standings_vote_rate, 2 * seconds + BEHIND_SECONDS):
        if sizes.warm_up_seconds:
            await read_over_and_over(api, poll.standings_path, READERS, sizes.warm_up_seconds)
        before = poll.world.cpu()
        load = await read_over_and_over(api, poll.standings_path, READERS, seconds)
        load.require_only(200)
        used = used_since(poll.world, before, load.answers[200])
        capacity = load.per_second(200)
        asked = round(SHARE * capacity)
        held = await _read_at_rate(poll, asked, sizes)
    return {
        "capacity_per_second": capacity,
        "api_cpu_us_per_read": used["api_cpu_us_per_vote"],
        "asked_per_second": asked,
        "held_per_second": held.rate,
        "p50_ms": held.p50_ms,
        "p99_ms": held.p99_ms,
        "slowest_ms": held.slowest_ms,
        "wrk_cpu_seconds": load.cpu_seconds,
        "h2load_cpu_seconds": held.cpu_seconds,
    }


async def _read_at_rate(poll: Poll, asked: int, sizes: Sizes) -> Held:
    """Raises LoadFailed when the tool does not hold the rate in several tries."""
    rates = []
    for _ in range(TRIES):
        held = await read_at_rate(poll.standings_url, asked, sizes.load_seconds)
        if abs(held.rate / asked - 1) <= sizes.held_within:
            return held
        rates.append(round(held.rate))
    raise LoadFailed(f"the rate was not held: {rates} of {asked} a second")
