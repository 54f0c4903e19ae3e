"""A program of worker roles that break or hang, started by the tests as a process of its own.

Its argument: the scenario.
"""

import asyncio
import sys
from typing import Any

from groundswell_kit.health import Health
from groundswell_kit.observability import configure_logging, get_logger
from groundswell_kit.serve import Role, run, run_roles

log = get_logger()


async def until_stopped(stop: asyncio.Event) -> None:
    await stop.wait()
    log.info("task stopped")


async def failing(_: asyncio.Event) -> None:
    await asyncio.sleep(0.1)
    raise RuntimeError("the disk is full")


async def returning(_: asyncio.Event) -> None:
    await asyncio.sleep(0.1)


async def stubborn(_: asyncio.Event) -> None:
    await asyncio.sleep(60)


async def failing_start() -> None:
    raise RuntimeError("no topics")


async def hang() -> None:
    await asyncio.sleep(60)


def worker(*tasks: Any, **changes: Any) -> Role:
    return Role("worker", 0, Health("worker"), tasks=tasks, **changes)


def roles(scenario: str) -> list[Role]:
    match scenario:
        case "failing start":
            return [worker(until_stopped, start=failing_start), worker(until_stopped)]
        case "failing task":
            return [worker(failing), worker(until_stopped)]
        case "returning task":
            return [worker(until_stopped, returning)]
        case "stubborn task":
            return [worker(stubborn, until_stopped)]
        case "hanging close":
            return [worker(until_stopped, close=hang)]
    raise ValueError(scenario)


async def main() -> int:
    configure_logging("program", "worker")
    return await run_roles(roles(sys.argv[1]), drain_seconds=1)


if __name__ == "__main__":
    sys.exit(run(main()))
