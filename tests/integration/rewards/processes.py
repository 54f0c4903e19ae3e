"""The service as its own processes, as a supervisor would start them."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from groundswell_rewards.settings import Settings

READY_SECONDS = 30


def environment(settings: Settings) -> dict[str, str]:
    """What a supervisor would set."""
    issuers = [issuer.model_dump(mode="json", exclude_none=True) for issuer in settings.issuers]
    return {
        **os.environ,
        "GROUNDSWELL_MODE": "local",
        "GROUNDSWELL_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "GROUNDSWELL_MONGO_URI": settings.mongo_uri,
        "GROUNDSWELL_DATABASE_PREFIX": settings.database_prefix,
        "GROUNDSWELL_ISSUERS": json.dumps(issuers),
        "GROUNDSWELL_CURSOR_SECRET": settings.cursor_secret.get_secret_value(),
        "GROUNDSWELL_REWARDS_API_PORT": "0",
        "GROUNDSWELL_REWARDS_WORKER_PORT": "0",
    }


async def start(settings: Settings, *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "groundswell_rewards", *arguments),
        env=environment(settings),
        stdout=PIPE,
    )


async def command(settings: Settings, *arguments: str) -> tuple[int | None, str]:
    """The status and the output of a command."""
    process = await start(settings, *arguments)
    output, _ = await process.communicate()
    return process.returncode, output.decode()


@asynccontextmanager
async def serving(
    settings: Settings, process_name: str, roles: int
) -> AsyncIterator[tuple[Process, dict[str, str]]]:
    """A process and the address of each of its roles; killed at the end if it still runs."""
    process = await start(settings, process_name)
    reading: asyncio.Task[None] | None = None
    try:
        async with asyncio.timeout(READY_SECONDS):
            address = await _addresses(process, roles)
        reading = asyncio.create_task(_read_on(process))  # a full pipe would hold it up
        yield process, address
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        if reading is not None:
            await reading


async def _addresses(process: Process, roles: int) -> dict[str, str]:
    assert process.stdout is not None
    found: dict[str, str] = {}
    while len(found) < roles:
        line = json.loads(await process.stdout.readline())
        if line["event"] == "listening":
            found[line["role"]] = f"http://127.0.0.1:{line['port']}"
    return found


async def _read_on(process: Process) -> None:
    assert process.stdout is not None
    while await process.stdout.readline():
        pass
