"""What goes on before and beside a measurement, as in real life: people vote, somebody reads the
standings."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from groundswell_local.demo.client import HttpClient
from tests.load.polls import Poll
from tests.load.programs import told
from tests.load.progress import Progress
from tests.load.tools import LoadFailed, send_votes

READS_PER_SECOND = 20
PACED_CONNECTIONS = 200
VOTES_PER_SECOND = 20_000
"""So many are made ready per second of load: more than a ballot box has come near to."""


async def warm_up(poll: Poll, log: Progress, connections: int, seconds: float) -> None:
    """Votes at full speed for so long, all counted and archived: Kafka's machine code is made
    while it works, and for its first seconds it takes a multiple of its time."""
    if not seconds:
        return
    async with poll.votes_of_new_voters(round(seconds * VOTES_PER_SECOND)) as votes:
        box = poll.world.urls["ballot-box"]
        load = await send_votes(box, poll.vote_path, votes, connections, seconds)
    load.require_only(202, 503)  # a box that was overloaded a moment ago may not be itself yet
    await log.until_at_rest()


@asynccontextmanager
async def standings_read(poll: Poll) -> AsyncIterator[None]:
    """Reads the standings of a poll twenty times a second; a read that fails fails the block."""
    http = HttpClient()

    async def read() -> None:
        while True:
            answer = await http.send("GET", poll.standings_url, {})
            if answer.status != 200:
                raise LoadFailed(f"the standings answered {answer.status}")
            await asyncio.sleep(1 / READS_PER_SECOND)

    async with _beside(asyncio.create_task(read(), name="read standings")):
        yield
    http.close()


@asynccontextmanager
async def people_voting(poll: Poll, rate: float, seconds: float) -> AsyncIterator[None]:
    """So many votes a second, sent through the ballot box as long as the block lasts."""
    async with poll.votes_of_new_voters(round(rate * seconds)) as votes:
        box = poll.world.urls["ballot-box"]
        sending = told("voters", "paced", box, poll.poll_id, votes, rate, PACED_CONNECTIONS)
        async with _beside(asyncio.create_task(sending, name="people vote")):
            yield


@asynccontextmanager
async def _beside(task: asyncio.Task[object] | asyncio.Task[None]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait((task,))
    if not task.cancelled():
        task.result()  # raises what broke it
