"""The service as its own processes: commands, health, a request, events, a clean end."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import httpx2
import pytest

from groundswell_contracts.tallies import TallyCertified
from groundswell_contracts.topics import CONTESTS, TALLIES
from groundswell_ideas.settings import Settings
from tests.integration.ideas.topics import published
from tests.integration.ideas.world import World, new_contest

READY_SECONDS = 30
STOP_SECONDS = 10


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
        "GROUNDSWELL_IDEAS_API_PORT": "0",
        "GROUNDSWELL_IDEAS_WORKER_PORT": "0",
    }


async def start(settings: Settings, *arguments: str) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "groundswell_ideas", *arguments),
        env=environment(settings),
        stdout=PIPE,
    )


async def command(settings: Settings, *arguments: str) -> str:
    """The output of a command that must succeed."""
    process = await start(settings, *arguments)
    output, _ = await process.communicate()
    assert process.returncode == 0
    return output.decode()


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[Process, dict[str, str]]]:
    """All roles in one process, and the address of each."""
    process = await start(settings, "all")
    try:
        async with asyncio.timeout(READY_SECONDS):
            address = await addresses(process)
        yield process, address
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def addresses(process: Process) -> dict[str, str]:
    assert process.stdout is not None
    found: dict[str, str] = {}
    while len(found) < 2:
        line = json.loads(await process.stdout.readline())
        if line["event"] == "listening":
            found[line["role"]] = f"http://127.0.0.1:{line['port']}"
    return found


async def until_ready(client: httpx2.AsyncClient, address: str) -> None:
    async with asyncio.timeout(READY_SECONDS):
        while True:
            if (await client.get(f"{address}/readyz")).status_code == 200:
                return
            await asyncio.sleep(0.1)


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("topics")
async def test_the_service_runs_and_ends(world: World) -> None:
    settings = world.settings
    for _ in range(2):
        await command(settings, "prepare")
    async with (
        serving(settings) as (process, address),
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {world.token('manager')}"}) as client,
    ):
        for role in ("api", "worker"):
            await until_ready(client, address[role])
            assert (await client.get(f"{address[role]}/healthz")).status_code == 200
            metrics = await client.get(f"{address[role]}/metrics")
            assert "groundswell_outbox_unsent" in metrics.text
        contests = f"{address['api']}/v1/contests"
        drafted = await client.post(contests, json=new_contest())
        assert drafted.status_code == 201, drafted.text
        location = f"{address['api']}{drafted.headers['Location']}"
        opened = await client.post(
            f"{location}/phase", json={"to": "submission"}, headers={"If-Match": "*"}
        )
        assert opened.status_code == 200, opened.text
        contest_id = opened.json()["id"]
        await published(
            settings.kafka_bootstrap,
            [CONTESTS],
            lambda event: event.data.key == contest_id,
            count=2,
        )
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            assert await process.wait() == 0


class Record(NamedTuple):
    """A record that the service could not handle."""

    topic: str = TALLIES.name
    partition: int = 0
    offset: int = 7
    key: bytes = b"con_1"
    value: bytes = b'{"poll_id": "poll_1"}'
    headers: tuple[tuple[str, bytes], ...] = (("ce_type", TallyCertified.type.encode()),)


@pytest.mark.timeout(120)
async def test_parked_events_are_listed_shown_and_released(world: World) -> None:
    settings, letters = world.settings, world.stores.dead_letters
    assert await command(settings, "dead-letters", "list") == ""
    await letters.park(Record(), "ValueError('poll_1 is not its poll')", "a stack")
    (parked,) = await letters.list(10)

    listed = await command(settings, "dead-letters", "list")
    assert listed == f"{parked.id}\tcon_1\tValueError('poll_1 is not its poll')\n"
    shown = await command(settings, "dead-letters", "show", parked.id)
    assert "ce_type: groundswell.TallyCertified.v1" in shown
    assert '{"poll_id": "poll_1"}' in shown
    assert "a stack" in shown
    assert await command(settings, "dead-letters", "release", "con_1") == "released: 1\n"
    (parked,) = await letters.list(10)
    assert parked.released
    assert await command(settings, "dead-letters", "release", "--all") == "released: 1\n"


@pytest.mark.parametrize("arguments", [["release"], ["release", "con_1", "--all"], ["show", "x"]])
async def test_an_unclear_command_is_refused(world: World, arguments: list[str]) -> None:
    process = await start(world.settings, "dead-letters", *arguments)
    output, _ = await process.communicate()
    assert (process.returncode, output) == (2, b"")
