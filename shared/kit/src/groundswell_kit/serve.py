"""Runs the roles of one process: their HTTP servers and background tasks, from start to drain.

Called by each service's `__main__`. Owns SIGTERM and SIGINT; several roles share one loop.
"""

import asyncio
import math
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from uvicorn.loops.auto import auto_loop_factory

from groundswell_kit.asgi import AsgiApp
from groundswell_kit.health import Health, health_app
from groundswell_kit.observability import get_logger
from groundswell_kit.server import HttpServer

log = get_logger()

Task = Callable[[asyncio.Event], Awaitable[None]]

# What a cancelled task, and then close(), may still take.
LAST_SECONDS = 0.5


async def _nothing() -> None:
    return None


def _no_streams() -> None:
    return None


class Server(Protocol):
    """What serves a role; `HttpServer` says what each of these promises."""

    port: int

    async def serve(self) -> None: ...
    def open(self) -> None: ...
    async def drain(self, seconds: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Role:
    """One role: what it serves, what it does meanwhile, and how it begins and ends.

    `app` None serves health and metrics only; a role may bring a server of its own, made by
    `server` for a host, and has no app then. Each task runs until the event it is given is
    set, then finishes what it has taken and returns. `start` prepares (indexes, topics); until
    it has returned, the role is not ready, its app answers 503 and no task runs. `end_streams`
    tells answers that would go on to end, as soon as the role is told to stop. `close` releases
    the clients, after everything else has ended.
    """

    name: str
    port: int
    health: Health
    app: AsgiApp | None = None
    server: Callable[[str], Server] | None = None
    tasks: Sequence[Task] = ()
    start: Callable[[], Awaitable[None]] = _nothing
    end_streams: Callable[[], None] = _no_streams
    close: Callable[[], Awaitable[None]] = _nothing


def server_of(role: Role, host: str) -> Server:
    """What serves a role on a host: the server that it brings, or one for its app."""
    if role.server is not None:
        return role.server(host)
    return HttpServer(role.name, host, role.port, health_app(role.health, role.app))


def run(main: Coroutine[Any, Any, int]) -> int:
    """Runs `main` to its end on uvloop where it is installed, and returns its exit status."""
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
        return runner.run(main)


async def run_roles(
    roles: Sequence[Role], host: str = "127.0.0.1", drain_seconds: float = 8
) -> int:
    """Runs all `roles` until SIGTERM or SIGINT (returns 0), or until one breaks (returns 1).

    A role breaks when its start or a task raises, or a task returns unasked; the others are
    then drained too, and a supervisor may start the process again. Draining takes at most
    `drain_seconds` plus two: readiness fails at once, new connections are refused, requests in
    hand are answered, then tasks are told to stop, and what has not ended is cancelled.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stopping.set)
    try:
        runs = [_RoleRun(role, host, stopping) for role in roles]
        ends = await asyncio.gather(*(run.run(drain_seconds) for run in runs))
    finally:
        for signum in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(signum)
    return 0 if all(ends) else 1


class _RoleRun:
    """One role from start to end; what breaks in it sets `stopping` for the whole process."""

    def __init__(self, role: Role, host: str, stopping: asyncio.Event) -> None:
        self._role = role
        self._stopping = stopping
        self._stop_tasks = asyncio.Event()
        self._server = server_of(role, host)
        self._tasks: list[asyncio.Task[None]] = []
        self._broken = False

    async def run(self, drain_seconds: float) -> bool:
        """Whether it ended because it was told to, with nothing broken or cut off."""
        self._role.health.fail("start", "starting")
        http = self._spawn("http", self._server.serve())
        start = self._spawn("start", self._start())
        await self._stopping.wait()

        log.info("stopping", role=self._role.name)
        deadline = asyncio.get_running_loop().time() + drain_seconds
        self._role.health.fail("stop", "stopping")
        self._role.end_streams()
        start.cancel()
        # Requests in hand may wait for the tasks, so these are told to stop after them.
        await self._server.drain(math.ceil(drain_seconds / 2))
        await self._end([http, start], deadline)
        self._stop_tasks.set()
        await self._end(self._tasks, deadline)
        await self._close()
        log.info("stopped", role=self._role.name, broken=self._broken)
        return not self._broken

    async def _start(self) -> None:
        await self._role.start()
        for task in self._role.tasks:
            name = getattr(task, "__qualname__", repr(task))
            self._tasks.append(self._spawn(name, self._until_stopped(task)))
        self._role.health.clear("start")
        self._server.open()
        log.info("started", role=self._role.name, port=self._server.port)

    async def _until_stopped(self, task: Task) -> None:
        await task(self._stop_tasks)
        if not self._stop_tasks.is_set():
            raise RuntimeError("returned before it was told to stop")

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        return asyncio.create_task(self._watch(name, work), name=f"{self._role.name} {name}")

    async def _watch(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and ends the process
            self._break("broke", name, exc_info=True)

    def _break(self, event: str, name: str, exc_info: bool = False) -> None:
        log.error(event, role=self._role.name, task=name, exc_info=exc_info)
        self._broken = True
        self._stopping.set()

    async def _end(self, tasks: Sequence[asyncio.Task[None]], deadline: float) -> None:
        """Waits for `tasks` until `deadline`, and cancels those still at it."""
        left = max(0.0, deadline - asyncio.get_running_loop().time())
        _, late = await asyncio.wait(tasks, timeout=left) if tasks else (set(), set())
        for task in late:
            self._break("cut off", task.get_name())
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=LAST_SECONDS)

    async def _close(self) -> None:
        try:
            async with asyncio.timeout(LAST_SECONDS):
                await self._role.close()
        except Exception:  # noqa: BLE001 - whatever it is, it is logged and told by the status
            self._break("broke", "close", exc_info=True)
