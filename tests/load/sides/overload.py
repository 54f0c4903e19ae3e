"""A ballot box that is offered far more votes than it can take, beside the same box at its peak.

At the peak wrk's closed loop finds what the box takes. In the overload the bound of waiting votes
is low, and many connections offer two and a half times as much, whatever they are answered.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.load.polls import Poll, open_poll
from tests.load.progress import Progress, progress
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import standings_read
from tests.load.sizes import Sizes
from tests.load.tools import Load, LoadFailed, send_paced_votes, send_votes
from tests.load.world import ROLES, world

TIMES_PEAK = 2.5
VOTES_PER_SECOND = 15_000
REFUSED = (429, 503)


@asynccontextmanager
async def overload(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `peak`, `overloaded`."""
    bound = {"GROUNDSWELL_VOTING_WAITING_VOTES": str(stage.sizes.overload_waiting_votes)}
    async with world(stage.directory, *ROLES) as it, progress(it) as log:
        await it.start("ballot-box:2", **bound)
        crowd = _Crowd(await open_poll(it), log, stage.sizes)
        yield Sides(it.versions, {"peak": crowd.at_its_peak, "overloaded": crowd.offers_too_much})


@dataclass
class _Crowd:
    """Those who vote; `peak` is how many votes a second were taken from them at the last peak."""

    poll: Poll
    log: Progress
    sizes: Sizes
    peak: float = 0.0

    async def at_its_peak(self) -> Measured:
        seconds, url = self.sizes.load_seconds, self.poll.world.urls["ballot-box"]
        ready = self.poll.votes_of_new_voters(round(seconds * VOTES_PER_SECOND))
        async with ready as votes, standings_read(self.poll):
            load = await send_votes(
                url, self.poll.vote_path, votes, self.sizes.connections, seconds
            )
        load.require_only(202)
        await self.log.until_at_rest()
        self.peak = load.per_second(202)
        return _told(load)

    async def offers_too_much(self) -> Measured:
        if not self.peak:  # a run that was cut off goes on here
            await self.at_its_peak()
        seconds, url = self.sizes.load_seconds, self.poll.world.urls["ballot-box:2"]
        rate = TIMES_PEAK * self.peak
        ready = self.poll.votes_of_new_voters(round(2 * seconds * rate))
        async with ready as votes, standings_read(self.poll):
            load = await send_paced_votes(
                *(url, self.poll.vote_path, votes, self.sizes.overload_connections, seconds), rate
            )
        load.require_only(202, *REFUSED)
        if load.without_retry_after:
            raise LoadFailed(f"{load.without_retry_after} refusals do not say when to come again")
        await self.log.until_at_rest()
        return _told(load)


def _told(load: Load) -> Measured:
    return {
        "per_second": load.per_second(202),
        "offered_per_second": sum(load.answers.values()) / load.seconds,
        "refused": sum(load.answers.get(status, 0) for status in REFUSED),
        "p50_ms": load.p50_ms,
        "p99_ms": load.p99_ms,
        "load_tool_cpu_seconds": load.cpu_seconds,
    }
