"""What a vote costs when a million have been cast, beside what it costs when none have been.

Two installations run side by side and take turns; the votes come at a fixed rate.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from tests.load.polls import Poll, open_poll
from tests.load.programs import require_only, told
from tests.load.progress import Progress, progress, used_since
from tests.load.sides import Measured, Sides, Stage
from tests.load.sides.meanwhile import standings_read
from tests.load.sizes import Sizes
from tests.load.world import ROLES, World, world


@asynccontextmanager
async def growth(stage: Stage) -> AsyncIterator[Sides]:
    """Sides: `none`, `grown`."""
    sizes = stage.sizes
    async with (
        world(stage.directory / "none", *ROLES) as none,
        progress(none) as none_log,
        world(stage.directory / "grown", *ROLES) as grown,
        progress(grown) as grown_log,
    ):
        poll = await open_poll(grown)
        await poll.append(sizes.grown_votes)
        await grown_log.until_at_rest()
        yield Sides(
            none.versions,
            {
                "none": partial(_none, none, none_log, sizes),
                "grown": partial(_cost, poll, grown_log, sizes),
            },
        )


async def _none(world: World, log: Progress, sizes: Sizes) -> Measured:
    """In a new poll each time, so that it starts with none."""
    return await _cost(await open_poll(world), log, sizes)


async def _cost(poll: Poll, log: Progress, sizes: Sizes) -> Measured:
    votes, rate = sizes.growth_sample_votes, sizes.growth_rate
    world = poll.world
    async with poll.votes_of_new_voters(votes) as file, standings_read(poll):
        before = world.cpu()
        sent = await told("voters", "paced", world.urls["ballot-box"], poll.poll_id, file, rate)
        require_only(sent, 202)
        await log.until_at_rest()
        used = used_since(world, before, votes)
    return {
        "roles_cpu_us_per_vote": sum(used[f"{role}_cpu_us_per_vote"] for role in ROLES),
        "votes": votes,
        "p50_ms": sent["p50_ms"],
        "p99_ms": sent["p99_ms"],
        "load_tool_cpu_seconds": sent["cpu_seconds"],
        **used,
    }
