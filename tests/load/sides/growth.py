"""What a vote costs when a million have been cast, beside what it costs when none have been.

Each turn has an installation of its own: its first votes are measured, then it grows, then it is
measured again. The votes come at a fixed rate.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.load.polls import Poll, open_poll
from tests.load.programs import require_only, told
from tests.load.progress import Progress, progress, used_since
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import PACED_CONNECTIONS, standings_read
from tests.load.sizes import Sizes
from tests.load.world import ROLES, world


@asynccontextmanager
async def growth(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `none`, `grown`."""
    async with AsyncExitStack() as installations:
        one = _Growing(stage, installations, await _install(stage, installations))
        yield Sides(one.new.poll.world.versions, {"none": one.none, "grown": one.grown})


@dataclass(frozen=True, slots=True)
class _Installation:
    """A poll in which nobody has voted, in an installation of its own."""

    poll: Poll
    log: Progress


async def _install(stage: Stage, installations: AsyncExitStack) -> _Installation:
    """A new one in place of the one before."""
    await installations.aclose()
    it = await installations.enter_async_context(world(stage.directory, *ROLES))
    log = await installations.enter_async_context(progress(it))
    await _warm_up(await open_poll(it), log, stage.sizes)
    return _Installation(await open_poll(it), log)


@dataclass
class _Growing:
    """The turns: `new` is the installation of this one, `used` once it has been measured."""

    stage: Stage
    installations: AsyncExitStack
    new: _Installation
    used: bool = False

    async def none(self) -> Measured:
        if self.used:
            self.new = await _install(self.stage, self.installations)
        self.used = True
        return await _cost(self.new, self.stage.sizes)

    async def grown(self) -> Measured:
        self.used = True
        sizes = self.stage.sizes
        await self.new.poll.append(sizes.grown_votes)
        await self.new.log.until_at_rest()
        await _warm_up(self.new.poll, self.new.log, sizes)
        return await _cost(self.new, sizes)


async def _warm_up(poll: Poll, log: Progress, sizes: Sizes) -> None:
    if votes := round(sizes.growth_rate * sizes.warm_up_seconds):
        await _vote(poll, votes, sizes.growth_rate)
        await log.until_at_rest()


async def _vote(poll: Poll, votes: int, rate: int) -> dict[str, Any]:
    async with poll.votes_of_new_voters(votes) as file:
        box = poll.world.urls["ballot-box"]
        sent = await told("voters", "paced", box, poll.poll_id, file, rate, PACED_CONNECTIONS)
    require_only(sent, 202)
    return sent


async def _cost(one: _Installation, sizes: Sizes) -> Measured:
    votes, world = sizes.growth_sample_votes, one.poll.world
    async with standings_read(one.poll):
        before = world.cpu()
        sent = await _vote(one.poll, votes, sizes.growth_rate)
        await one.log.until_at_rest()
        used = used_since(world, before, votes)
    return {
        "roles_cpu_us_per_vote": sum(used[f"{role}_cpu_us_per_vote"] for role in ROLES),
        "votes": votes,
        "offered_per_second": sent["offered_per_second"],
        "p50_ms": sent["p50_ms"],
        "p99_ms": sent["p99_ms"],
        "load_tool_cpu_us_per_vote": sent["cpu_seconds"] * 1e6 / votes,
        **used,
    }
