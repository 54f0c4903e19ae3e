"""What goes on beside a measurement, as in real life: somebody reads the standings, people vote."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from groundswell_local.demo.client import HttpClient
from tests.load.polls import Poll
from tests.load.programs import told
from tests.load.tools import LoadFailed

READS_PER_SECOND = 20


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
        sending = told("voters", "paced", box, poll.poll_id, votes, rate)
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
