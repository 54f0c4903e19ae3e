"""Starts the programs beside it as processes and reads their logs; what is started is ended."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


class Program:
    """A running program: its ports by role, its log lines, and its end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.log: list[dict[str, Any]] = []
        self._more = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            async with self._more:
                self.log.append(json.loads(line))
                self._more.notify_all()

    def events(self, name: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line["event"] == name]

    async def logged(self, event: str, times: int = 1) -> list[dict[str, Any]]:
        """The lines of this event, once there are as many."""
        async with asyncio.timeout(50), self._more:
            await self._more.wait_for(lambda: len(self.events(event)) >= times)
        return self.events(event)

    async def port(self, role: str = "api") -> int:
        """The port of a role, once all roles have started or are about to."""
        await self.logged("listening")
        (port,) = (line["port"] for line in self.events("listening") if line["role"] == role)
        return int(port)

    def send(self, signum: signal.Signals) -> None:
        self._process.send_signal(signum)

    async def ended(self) -> int:
        """Its exit status, when it has ended."""
        async with asyncio.timeout(30):
            status = await self._process.wait()
            await self._reader
        return status

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reader


Start = Callable[..., Awaitable[Program]]


@asynccontextmanager
async def running(scenario: str, port: int = 0) -> AsyncIterator[Program]:
    script = HERE / ("api_program.py" if scenario.startswith("api") else "worker_program.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, script, scenario, str(port), stdout=asyncio.subprocess.PIPE
    )
    program = Program(process)
    try:
        yield program
    finally:
        await program.kill()


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Starts a program in this scenario, on this port or a free one."""
    async with AsyncExitStack() as stack:

        async def start_one(scenario: str, port: int = 0) -> Program:
            return await stack.enter_async_context(running(scenario, port))

        yield start_one


@pytest.fixture(scope="module")
async def api() -> AsyncIterator[int]:
    """The port of an API that has started."""
    async with running("api") as program:
        await program.logged("started")
        yield await program.port()
