"""A ballot box that is offered far more votes than it can take, beside the same box at its peak.

At the peak wrk's closed loop finds what the box takes. In the overload votes are sent at two and a
half times the rate of that turn's peak whatever is answered, each by a voter of its own. The bound
of waiting votes is low in both, and above what the closed loop has under way.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from groundswell_voting.intake.server import MAX_CONNECTIONS, REFUSAL_SECONDS
from tests.load.polls import Poll, open_poll
from tests.load.programs import require_only, told
from tests.load.progress import Progress, progress
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import VOTES_PER_SECOND, standings_read, warm_up
from tests.load.tools import LoadFailed, open_files, send_votes
from tests.load.world import ROLES, world

TIMES_PEAK = 2.5
REFUSED = (429, 503)
OTHER_FILES = 300
ANSWERED_WITHIN_SECONDS = REFUSAL_SECONDS + 0.2
"""How long a connection is busy with a vote that is refused; more of them wait if it takes longer.
"""


@asynccontextmanager
async def overload(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `peak`, `overloaded`."""
    sizes = stage.sizes
    bound = {"GROUNDSWELL_VOTING_WAITING_VOTES": str(sizes.overload_waiting_votes)}
    others = [role for role in ROLES if role != "ballot-box"]
    async with world(stage.directory, *others) as it, progress(it) as log:
        await it.start("ballot-box", **bound)
        crowd = _Crowd(await open_poll(it), log, stage)
        await warm_up(crowd.poll, log, sizes.connections, sizes.first_warm_up_seconds)
        yield Sides(it.versions, {"peak": crowd.at_its_peak, "overloaded": crowd.offers_too_much})


@dataclass
class _Crowd:
    """Those who vote."""

    poll: Poll
    log: Progress
    stage: Stage

    async def at_its_peak(self) -> Measured:
        await self._warm_up()
        seconds, box = self.stage.sizes.load_seconds, self.poll.world.urls["ballot-box"]
        ready = self.poll.votes_of_new_voters(round(seconds * VOTES_PER_SECOND))
        async with ready as votes, standings_read(self.poll):
            load = await send_votes(
                box, self.poll.vote_path, votes, self.stage.sizes.connections, seconds
            )
        load.require_only(202)
        await self.log.until_at_rest()
        return {
            "per_second": load.per_second(202),
            "p50_ms": load.p50_ms,
            "p99_ms": load.p99_ms,
            "load_tool_cpu_seconds": load.cpu_seconds,
        }

    async def offers_too_much(self) -> Measured:
        await self._warm_up()
        peak = self.stage.turn()["peak"]["per_second"]
        rate = TIMES_PEAK * peak
        files = min(open_files(), MAX_CONNECTIONS) - OTHER_FILES
        connections = round(min(rate * ANSWERED_WITHIN_SECONDS, files))
        ready = self.poll.votes_of_new_voters(round(self.stage.sizes.load_seconds * rate))
        async with ready as votes, standings_read(self.poll):
            box, poll_id = self.poll.world.urls["ballot-box"], self.poll.poll_id
            done = await told("voters", "paced", box, poll_id, votes, rate, connections)
        require_only(done, 202, *REFUSED)
        if done["without_retry_after"]:
            raise LoadFailed(f"{done['without_retry_after']} refusals name no time to come again")
        await self.log.until_at_rest()
        return {
            "per_second": done["per_second"],
            "wanted_per_second": rate,
            "offered_per_second": done["offered_per_second"],
            "offered_by_peak": done["offered_per_second"] / peak,
            "refused": sum(done["answers"].get(str(status), 0) for status in REFUSED),
            "connections": connections,
            "p50_ms": done["p50_ms"],
            "p99_ms": done["p99_ms"],
            "load_tool_cpu_seconds": done["cpu_seconds"],
        }

    async def _warm_up(self) -> None:
        sizes = self.stage.sizes
        await warm_up(self.poll, self.log, sizes.connections, sizes.warm_up_seconds)
