"""Services as their own processes, as a supervisor starts them: commands, and roles that serve."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import SecretStr
from pydantic_settings import BaseSettings

READY_SECONDS = 60
STOP_SECONDS = 30
MAX_LINE_BYTES = 4 * 1024 * 1024


def environment(settings: BaseSettings) -> dict[str, str]:
    """The variables that make the same settings in another process; the path and its like too."""
    return {**os.environ, **_variables(settings)}


def _variables(settings: BaseSettings) -> dict[str, str]:
    dumped = settings.model_dump(exclude_none=True)
    prefix = settings.model_config["env_prefix"]
    found: dict[str, str] = {}
    for name, value in settings:
        if isinstance(value, BaseSettings):
            found |= _variables(value)
        elif name in dumped:
            plain = json.loads(json.dumps(dumped[name], default=_plain))
            text = plain if isinstance(plain, str) else json.dumps(plain)
            found[f"{prefix}{name.upper()}"] = text
    return found


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@dataclass
class Running:
    """A process of roles: its log, and the addresses of its roles."""

    process: Process
    address: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)

    async def read(self, known: asyncio.Event, roles: int) -> None:
        """Reads to the end, as a full pipe would hold the process up; `known` are all addresses."""
        assert self.process.stdout is not None
        async for raw in self.process.stdout:
            line = raw.decode()
            self.log.append(line)
            if not line.endswith("\n"):
                return  # It was killed in the middle of it.
            found = json.loads(line)
            if found["event"] == "listening":
                self.address[found["role"]] = f"http://127.0.0.1:{found['port']}"
            if len(self.address) == roles:
                known.set()


@dataclass(frozen=True)
class Program:
    """A service's own program, by the name of its package, and the environment it runs in."""

    package: str
    environment: Mapping[str, str]

    async def _start(self, *arguments: str, **pipes: Any) -> Process:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self.package, *arguments),
            env=self.environment,
            stdout=PIPE,
            limit=MAX_LINE_BYTES,
            **pipes,
        )

    async def result(self, *arguments: str, typed: str = "") -> tuple[int | None, str]:
        """The status and the output of a command, to which somebody types this."""
        process = await self._start(*arguments, stdin=PIPE)
        output, _ = await process.communicate(typed.encode())
        return process.returncode, output.decode()

    async def output(self, *arguments: str, typed: str = "") -> str:
        """The output of a command that must succeed."""
        status, output = await self.result(*arguments, typed=typed)
        assert status == 0
        return output

    @asynccontextmanager
    async def serving(self, name: str = "all", roles: int = 2) -> AsyncIterator[Running]:
        """A process with so many roles, ready; stopped at the end if it still runs.

        It is told to stop before it is killed: a consumer that is killed stays a member of its
        group for seconds.
        """
        running, known = Running(await self._start(name)), asyncio.Event()
        reading = asyncio.create_task(running.read(known, roles))
        try:
            async with asyncio.timeout(READY_SECONDS):
                await known.wait()
                for address in running.address.values():
                    await until_ready(address)
            yield running
        finally:
            await _stop(running.process)
            await reading


async def _stop(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until_ready(address: str) -> None:
    """Waits until the role at this address is ready; the caller gives up when it takes long."""
    async with httpx2.AsyncClient(timeout=READY_SECONDS) as client:
        while (await client.get(f"{address}/readyz")).status_code != 200:  # noqa: ASYNC110 - polled
            await asyncio.sleep(0.1)
