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
from tests.load.sides.meanwhile import standings_read
from tests.load.tools import send_votes
from tests.load.world import ROLES, world

# So many are made ready per second of load: more than any side has come near to.
VOTES_PER_SECOND = 15_000
JOURNEYS_PER_SECOND = 4_000
JOURNEYS_AT_ONCE = 64
WARM_UP_SECONDS = 2.0

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
        votes = partial(_votes, poll, log, sizes.connections)
        sides: dict[str, _Side] = {
            "empty": partial(votes, empty),
            "box": partial(votes, it.urls["ballot-box"]),
            "journeys": partial(_journeys, poll, log),
            "plain_kafka": partial(votes, plain_kafka),
            "plain_mongo": partial(votes, plain_mongo),
        }
        for side in sides.values() if sizes.warms_up else ():
            await side(WARM_UP_SECONDS)
        measures = {name: partial(side, sizes.load_seconds) for name, side in sides.items()}
        yield Sides(it.versions, measures)


async def _votes(poll: Poll, log: Progress, connections: int, url: str, seconds: float) -> Measured:
    ready = poll.votes_of_new_voters(round(seconds * VOTES_PER_SECOND))
    async with ready as votes, standings_read(poll):
        before = poll.world.cpu()
        load = await send_votes(url, poll.vote_path, votes, connections, seconds)
        used = used_since(poll.world, before, load.answers.get(202, 0))
    load.require_only(202)
    await log.until_at_rest()
    return {
        "per_second": load.per_second(202),
        "votes": load.answers[202],
        "seconds": load.seconds,
        "p50_ms": load.p50_ms,
        "p99_ms": load.p99_ms,
        "load_tool_cpu_seconds": load.cpu_seconds,
        **used,
    }


async def _journeys(poll: Poll, log: Progress, seconds: float) -> Measured:
    api, box = poll.world.urls["api"], poll.world.urls["ballot-box"]
    ready = poll.tokens_of_new_people(round(seconds * JOURNEYS_PER_SECOND))
    async with ready as people, standings_read(poll):
        before = poll.world.cpu()
        done = await told(
            "voters", "journeys", api, box, poll.poll_id, people, seconds, JOURNEYS_AT_ONCE
        )
        require_only(done, 202)
        used = used_since(poll.world, before, done["answers"]["202"])
    await log.until_at_rest()
    return {
        "per_second": done["answers"]["202"] / done["seconds"],
        "journeys": done["answers"]["202"],
        "seconds": done["seconds"],
        "load_tool_cpu_seconds": done["cpu_seconds"],
        **used,
    }
