"""How many votes a ballot box takes, beside an empty FastAPI POST and what people would write.

Closed loop: wrk sends the same kind of votes to all of them, each with the pass of a voter of its
own; people who get their passes first are a small client of ours. Counter and archiver run, and
standings are read, beside every side.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

from tests.load.polls import Poll, open_poll
from tests.load.programs import require_only, told
from tests.load.progress import Progress, progress, used_since
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import VOTES_PER_SECOND, standings_read, warm_up
from tests.load.sizes import Sizes
from tests.load.tools import send_votes
from tests.load.world import ROLES, world

JOURNEYS_PER_SECOND = 8_000

_Side = Callable[[float], Awaitable[Measured]]


@asynccontextmanager
async def intake(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `empty`, `box`, `journeys`; for context `plain_kafka` and `plain_mongo`."""
    sizes = stage.sizes
    async with (
        world(stage.directory, *ROLES) as it,
        progress(it) as log,
        it.app("reference:app") as empty,
        it.app("others:kafka_app") as plain_kafka,
        it.app("others:mongo_app") as plain_mongo,
    ):
        poll = await open_poll(it)
        await warm_up(poll, log, sizes.connections, sizes.first_warm_up_seconds)
        votes = partial(_votes, poll, log, sizes.connections)
        sides: dict[str, _Side] = {
            "empty": partial(votes, empty),
            "box": partial(votes, it.urls["ballot-box"]),
            "journeys": partial(_journeys, poll, log, sizes.connections),
            "plain_kafka": partial(votes, plain_kafka),
            "plain_mongo": partial(votes, plain_mongo),
        }
        measures = {name: partial(_warm, side, sizes) for name, side in sides.items()}
        yield Sides(it.versions, measures)


async def _warm(side: _Side, sizes: Sizes) -> Measured:
    if sizes.warm_up_seconds:
        await side(sizes.warm_up_seconds)
    return await side(sizes.load_seconds)


async def _votes(poll: Poll, log: Progress, connections: int, url: str, seconds: float) -> Measured:
    """The rate is that of the load; the CPU is read when the last vote is counted and archived."""
    ready = poll.votes_of_new_voters(round(seconds * VOTES_PER_SECOND))
    async with ready as votes, standings_read(poll):
        before = poll.world.cpu()
        load = await send_votes(url, poll.vote_path, votes, connections, seconds)
        load.require_only(202)
        await log.until_at_rest()
        used = used_since(poll.world, before, load.answers[202])
    return {
        "per_second": load.per_second(202),
        "votes": load.answers[202],
        "seconds": load.seconds,
        "p50_ms": load.p50_ms,
        "p99_ms": load.p99_ms,
        "load_tool_cpu_us_per_vote": load.cpu_seconds * 1e6 / load.answers[202],
        **used,
    }


async def _journeys(poll: Poll, log: Progress, at_once: int, seconds: float) -> Measured:
    api, box = poll.world.urls["api"], poll.world.urls["ballot-box"]
    ready = poll.tokens_of_new_people(round(seconds * JOURNEYS_PER_SECOND))
    async with ready as people, standings_read(poll):
        before = poll.world.cpu()
        done = await told("voters", "journeys", api, box, poll.poll_id, people, seconds, at_once)
        require_only(done, 202)
        await log.until_at_rest()
        used = used_since(poll.world, before, done["answers"]["202"])
    journeys = done["answers"]["202"]
    return {
        "per_second": journeys / done["seconds"],
        "journeys": journeys,
        "seconds": done["seconds"],
        "load_tool_cpu_us_per_vote": done["cpu_seconds"] * 1e6 / journeys,
        **used,
    }
