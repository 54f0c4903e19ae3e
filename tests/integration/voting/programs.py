"""The roles of voting as real processes: started, read by their logs, told to end."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from groundswell_voting.settings import Settings
from tests.support.programs import environment

ROLES = ("api", "ballot-box", "counter", "archiver", "worker")
START_SECONDS = 60.0
END_SECONDS = 30.0


class Program:
    """One running role: its address, its log, and its end."""

    def __init__(self, role: str, process: asyncio.subprocess.Process) -> None:
        self.role = role
        self.log: list[dict[str, Any]] = []
        self._process = process
        self._more = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            try:
                entry = json.loads(line)
            except ValueError:
                entry = {"event": line.decode(errors="replace")}
            async with self._more:
                self.log.append(entry)
                self._more.notify_all()
        async with self._more:
            self._more.notify_all()

    def _found(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.log if line["event"] == event]

    async def logged(self, event: str) -> dict[str, Any]:
        """The first line of this event, once it is there."""
        async with asyncio.timeout(START_SECONDS), self._more:
            await self._more.wait_for(lambda: self._found(event) or self._reader.done())
        assert self._found(event), self.log
        return self._found(event)[0]

    async def url(self) -> str:
        """Where it serves, once it has started."""
        await self.logged("started")
        return f"http://127.0.0.1:{(await self.logged('listening'))['port']}"

    def send(self, signum: signal.Signals) -> None:
        self._process.send_signal(signum)

    async def terminate(self) -> int:
        """SIGTERM; its exit status, when it has ended."""
        self.send(signal.SIGTERM)
        try:
            async with asyncio.timeout(END_SECONDS):
                status = await self._process.wait()
        except TimeoutError:
            raise AssertionError(f"{self.role} did not end: {self.log[-5:]}") from None
        await self._reader
        return status

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        await self._reader


@asynccontextmanager
async def program(role: str, settings: Settings, **variables: str) -> AsyncIterator[Program]:
    """A role with these settings; killed in the end if it has not ended by then."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "groundswell_voting", role),
        env=environment(settings) | variables,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    started = Program(role, process)
    try:
        yield started
    finally:
        await started.kill()


@asynccontextmanager
async def programs(
    settings: Settings, roles: Sequence[str] = ROLES
) -> AsyncIterator[dict[str, Program]]:
    """Several roles, side by side, all started."""
    async with AsyncExitStack() as stack:
        running = {role: await stack.enter_async_context(program(role, settings)) for role in roles}
        await asyncio.gather(*(one.logged("started") for one in running.values()))
        yield running
