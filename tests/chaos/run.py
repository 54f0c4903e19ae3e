"""One run: a plan carried out on real engines and processes, collected, and judged."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from groundswell_kit.waiting import cancel
from groundswell_local.engines import running_engines
from tests.chaos import clocks
from tests.chaos.checker.collect import collect
from tests.chaos.checker.evidence import Evidence, save
from tests.chaos.checker.interesting import happened
from tests.chaos.checker.judge import findings
from tests.chaos.course import Course
from tests.chaos.faults import Faults
from tests.chaos.installation import AWAY, Installation, installed
from tests.chaos.plan import OPENING_SECONDS, Plan
from tests.chaos.seeds import trickle
from tests.chaos.stage import PARTITIONS
from tests.chaos.waiting import until

RECOVER_SECONDS = 90.0
CERTIFY_SECONDS = 90.0
LATE_VOTES_SECONDS = 6.0

SMALL_QUEUE = "24"


@dataclass
class Outcome:
    """What a run came to; `interesting` says of each thing that should happen how often it did."""

    evidence: Evidence
    findings: list[str]
    interesting: dict[str, int]
    recovery: dict[str, Any]

    @property
    def weak(self) -> list[str]:
        """What should have happened and did not."""
        return [what for what, times in self.interesting.items() if not times]


async def run(plan: Plan, directory: Path, say: Callable[[str], None] = print) -> Outcome:
    """Carry a plan out and judge it; the directory keeps everything."""
    async with running_engines(directory / "engines", say=say) as engines:
        async with installed(engines, directory, f"{plan.seed}", seed=plan.seed) as installation:
            await _processes(installation, plan)
            recovery = await _play(installation, plan, say)
        evidence = await asyncio.to_thread(
            collect,
            directory,
            engines.kafka.address,
            engines.mongo.address,
            installation.contests.database,
            PARTITIONS,
        )
    save(evidence, directory)
    return Outcome(evidence, findings(evidence), happened(evidence), recovery)


async def _processes(installation: Installation, plan: Plan) -> None:
    stage = installation.stage
    stage.add("box-1", "ballot-box")
    stage.add("box-2", "ballot-box", GROUNDSWELL_VOTING_WAITING_VOTES=SMALL_QUEUE)
    for name in ("counter-1", "counter-2"):
        await stage.add_behind_proxy(name, "counter", "redis")
    for name in ("archiver-1", "archiver-2"):
        stage.add(name, "archiver")
    stage.add("worker-1", "worker")
    stage.add("worker-2", "worker", **clocks.wrong_by(plan.clock_seconds))
    stage.add("api-1", "api")
    await stage.start()
    installation.crowd.boxes = {box.name: box.url for box in stage.of("ballot-box")}
    api = stage.processes["api-1"].url
    installation.crowd.permits.api = installation.manager.api = api


async def _play(
    installation: Installation, plan: Plan, say: Callable[[str], None]
) -> dict[str, Any]:
    history, contests = installation.stage.history, installation.contests
    begins = datetime.now(UTC) + timedelta(seconds=OPENING_SECONDS)
    began = time.monotonic() + OPENING_SECONDS
    courses = [Course(installation, poll, begins, began) for poll in plan.polls]
    await asyncio.gather(*(course.open(plan) for course in courses))
    history.note("surge", begins_in=began - time.monotonic(), features=plan.features)
    api = installation.stage.processes["api-1"].url
    async with beside(
        installation.stage.watch,
        installation.watch.samples,
        lambda: installation.watch.counters(installation.stage.of("counter")),
        lambda: installation.watch.standings(api, plan.polls),
        *(_streaming(installation, api, poll.poll_id) for poll in plan.polls),
    ):
        async with asyncio.TaskGroup() as group:
            group.create_task(installation.crowd.go(plan.journeys, began))
            recovering = group.create_task(_hurt_and_recover(installation, plan, began))
            for course in courses:
                group.create_task(course.go())
        recovery = await recovering
        say("  the surge and its faults are over")
        await _at_rest(installation)
        await contests.end(plan.polls[-1].poll_id)
        await courses[-1].review()
        for poll in plan.polls:
            try:
                await contests.until_retired(poll.poll_id, CERTIFY_SECONDS)
            except TimeoutError:
                refusal = await contests.refusal_of(poll.poll_id)
                history.note("not certified", poll=poll.poll_id, refusal=refusal)
        for course in courses:
            await course.look_back()
        with suppress(TimeoutError):  # the checker tells what is not published
            await until(installation.all_is_told, "all is told", CERTIFY_SECONDS)
        await _at_rest(installation)
    return recovery


async def _at_rest(installation: Installation) -> None:
    """Sample everything when all is counted."""
    with suppress(TimeoutError):  # the checker tells what is not counted
        await until(installation.no_lag, "all is counted", RECOVER_SECONDS)
    await installation.sample_all()


def _streaming(installation: Installation, api: str, poll_id: str) -> Callable[[], Awaitable[None]]:
    return lambda: installation.watch.stream("stream", api, poll_id)


@asynccontextmanager
async def beside(*tasks: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Tasks that go on beside the block, and end with it. One that breaks breaks the block."""
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(_whole(task)) for task in tasks]
        yield
        await cancel(*running)


async def _whole(task: Callable[[], Awaitable[None]]) -> None:
    await task()


async def _hurt_and_recover(installation: Installation, plan: Plan, began: float) -> dict[str, Any]:
    """All faults; then how long until votes are taken again, and until what waited is counted."""
    await Faults(installation.stage, installation.redis).go(plan.faults, began)
    crowd, healed = installation.crowd, time.monotonic()
    voting = asyncio.create_task(crowd.go(trickle(plan, LATE_VOTES_SECONDS), healed))
    ends: dict[int, int] = {}

    async def are_taken() -> bool:
        return crowd.accepted_at > healed

    async def has_caught_up() -> bool:
        with suppress(*AWAY):  # the broker may have come back only just
            ends.update(ends or await installation.log_ends())
        return bool(ends) and await installation.has_come_to(ends)

    recovery: dict[str, Any] = {"votes_again_seconds": None, "lag_zero_seconds": None}

    async def measure(name: str, holds: Callable[[], Awaitable[bool]]) -> None:
        try:
            recovery[name] = round(await until(holds, name, RECOVER_SECONDS), 1)
        except TimeoutError as late:
            recovery["detail"] = str(late)

    await asyncio.gather(
        measure("votes_again_seconds", are_taken), measure("lag_zero_seconds", has_caught_up)
    )
    installation.stage.history.note("recovery", **recovery)
    await voting
    return recovery
