"""The service as its own processes: commands, health, metrics, a clean end."""

import asyncio
import json
import signal
from asyncio.subprocess import Process

import httpx2
import pytest

from groundswell_notifications.settings import Settings
from tests.integration.notifications import events
from tests.integration.notifications.standing_in import address_of
from tests.integration.notifications.world import World, process, until

READY_SECONDS = 30
STOP_SECONDS = 10

METRICS = (
    "groundswell_mails_due",
    "groundswell_mails_oldest_due_age_seconds",
    "groundswell_mails_total",
    "groundswell_mail_waits_total",
    "groundswell_broadcasts_open",
    "groundswell_outbox_unsent",
)


async def command(settings: Settings, *arguments: str) -> str:
    """The output of a command that must succeed."""
    async with process(settings, *arguments) as started:
        output, _ = await started.communicate()
        assert started.returncode == 0
        return output.decode()


async def addresses(started: Process) -> dict[str, str]:
    assert started.stdout is not None
    found: dict[str, str] = {}
    while len(found) < 2:
        line = json.loads(await started.stdout.readline())
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
    assert await command(settings, "dead-letters", "list") == ""
    headers = {"Authorization": f"Bearer {world.issuer.token(sub='ada')}"}
    async with process(settings, "all") as started, httpx2.AsyncClient(headers=headers) as client:
        async with asyncio.timeout(READY_SECONDS):
            address = await addresses(started)
        for role in ("api", "worker"):
            await until_ready(client, address[role])
            assert (await client.get(f"{address[role]}/healthz")).status_code == 200
            shown = (await client.get(f"{address[role]}/metrics")).text
            assert [name for name in METRICS if name not in shown] == []
        inbox = await client.get(f"{address['api']}/v1/inbox")
        assert inbox.json() == {"items": [], "next": None, "unread": 0}
        world.mailbox.unknown.add(address_of("bob"))
        await world.publish(*(events.approved("con_1", name) for name in ("ada", "bob")))
        await until(lambda: ended(world))
        assert len((await client.get(f"{address['api']}/v1/inbox")).json()["items"]) == 1
        started.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            output, _ = await started.communicate()
        assert started.returncode == 0
    # The address of somebody is written to nowhere, and their id is.
    assert b"mail failed" in output
    assert b"people.test" not in output


async def ended(world: World) -> bool:
    return await world.mail_states() == {"sent": 1, "failed": 1}
