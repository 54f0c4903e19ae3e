"""A program with an API role, started by the tests as a process of its own.

Its arguments: the scenario, and the port that it wants.
"""

import asyncio
import signal
import sys
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from groundswell_kit import server
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.observability import configure_logging, get_logger
from groundswell_kit.serve import Role, run, run_roles

log = get_logger()


class Thing(BaseModel):
    title: str
    fields: dict[str, Any] = {}


class Teller:
    """Answers each request from a task, as the ballot box's batches do, and counts both sides."""

    def __init__(self) -> None:
        self._asked: asyncio.Queue[asyncio.Future[int]] = asyncio.Queue(maxsize=1_000)
        self._taken = self._told = 0

    async def ask(self) -> int:
        self._taken += 1
        answer: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        await self._asked.put(answer)
        return await answer

    async def tell(self, stop: asyncio.Event) -> None:
        while not (stop.is_set() and self._asked.empty()):
            await asyncio.sleep(0.02)
            while not self._asked.empty():
                self._told += 1
                self._asked.get_nowait().set_result(self._told)

    async def close(self) -> None:
        log.info("closed", taken=self._taken, told=self._told)


def api(port: int, **changes: Any) -> Role:
    teller = Teller()
    router = APIRouter()

    @router.post("/v1/things", status_code=201)
    async def make_thing(thing: Thing) -> Thing:
        return thing

    @router.get("/v1/things/{name}")
    async def show_thing(name: str, like: str = "") -> dict[str, str]:
        return {"name": name, "like": like}

    @router.post("/v1/asks")
    async def ask() -> int:
        return await teller.ask()

    @router.get("/v1/naps/{seconds}")
    async def nap(seconds: float) -> str:
        log.info("napping")
        await asyncio.sleep(seconds)
        return "rested"

    health = Health("api")
    app = create_app(
        title="Program", version="1", routers=[router], health=health, verifier=TokenVerifier([])
    )
    return Role("api", port, health, app, tasks=[teller.tell], close=teller.close, **changes)


async def until_stopped(stop: asyncio.Event) -> None:
    await stop.wait()
    log.info("task stopped")


async def slow_start() -> None:
    """Lasts until it is told to go on."""
    go_on = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, go_on.set)
    await go_on.wait()


async def hang() -> None:
    await asyncio.sleep(60)


def roles(scenario: str, port: int) -> list[Role]:
    match scenario:
        case "api" | "api at leisure":
            return [api(port)]
        case "api and worker":
            return [api(port), Role("worker", port, Health("worker"), tasks=[until_stopped])]
        case "api that starts slowly":
            return [api(port, start=slow_start)]
        case "api that never starts":
            return [api(port, start=hang)]
    raise ValueError(scenario)


async def main() -> int:
    configure_logging("program", "api")
    drain_seconds = 8
    if sys.argv[1] == "api at leisure":
        # Whatever holds up its clients, they are not too late.
        server.LINGER_SECONDS, drain_seconds = 20, 60
    return await run_roles(roles(sys.argv[1], int(sys.argv[2])), drain_seconds=drain_seconds)


if __name__ == "__main__":
    sys.exit(run(main()))
