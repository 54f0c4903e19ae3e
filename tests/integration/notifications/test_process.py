"""The service as its own processes: commands, health, metrics, a clean end."""

import asyncio
import signal

import httpx2
import pytest

from tests.integration.notifications import events
from tests.integration.notifications.standing_in import address_of
from tests.integration.notifications.world import World
from tests.support.service import until

STOP_SECONDS = 30

METRICS = (
    "groundswell_mails_due",
    "groundswell_mails_oldest_due_age_seconds",
    "groundswell_mails_total",
    "groundswell_mail_waits_total",
    "groundswell_broadcasts_open",
    "groundswell_outbox_unsent",
)


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("topics")
async def test_the_service_runs_and_ends(world: World) -> None:
    for _ in range(2):
        await world.program.output("prepare")
    assert await world.program.output("dead-letters", "list") == ""
    headers = {"Authorization": f"Bearer {world.issuer.token(sub='ada')}"}
    async with (
        world.program.serving() as running,
        httpx2.AsyncClient(headers=headers, timeout=30) as client,
    ):
        address = running.address
        for role in ("api", "worker"):
            assert (await client.get(f"{address[role]}/healthz")).status_code == 200
            shown = (await client.get(f"{address[role]}/metrics")).text
            assert [name for name in METRICS if name not in shown] == []
        inbox = await client.get(f"{address['api']}/v1/inbox")
        assert inbox.json() == {"items": [], "next": None, "unread": 0}
        world.mailbox.unknown.add(address_of("bob"))
        await world.publish(*(events.approved("con_1", name) for name in ("ada", "bob")))
        await until(lambda: ended(world))
        assert len((await client.get(f"{address['api']}/v1/inbox")).json()["items"]) == 1
        running.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            assert await running.process.wait() == 0
    log = "".join(running.log)
    # The address of somebody is written to nowhere, and their id is.
    assert "mail failed" in log
    assert "people.test" not in log


async def ended(world: World) -> bool:
    return await world.mail_states() == {"sent": 1, "failed": 1}
