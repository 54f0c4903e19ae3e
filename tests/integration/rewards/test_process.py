"""The service as its own processes: commands, health, events in and out, a clean end."""

import asyncio
import signal

import httpx2
import pytest

from groundswell_contracts.topics import REWARDS
from groundswell_kit.ids import new_id
from tests.integration.rewards.story import envelope, published, selected
from tests.integration.rewards.world import World
from tests.support.service import Json
from tests.support.topics import publish
from tests.support.topics import published as published_on

STOP_SECONDS = 30


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("topics")
async def test_the_service_runs_and_ends(world: World) -> None:
    settings = world.settings
    for _ in range(2):
        assert await world.program.result("prepare") == (0, "")
    contest_id, person = new_id("con"), new_id("person")
    headers = {"Authorization": f"Bearer {world.token('participant', subject=person)}"}
    async with (
        world.program.serving() as running,
        httpx2.AsyncClient(headers=headers, base_url=running.address["api"], timeout=30) as client,
    ):
        for role in ("api", "worker"):
            address = running.address[role]
            assert (await client.get(f"{address}/healthz")).status_code == 200
            metrics = await client.get(f"{address}/metrics")
            assert "groundswell_outbox_unsent" in metrics.text
        events = (published(contest_id), selected("idea_1", person, contest_id))
        await publish(settings.kafka_bootstrap, *map(envelope, events))
        rewards: list[Json] = []
        async with asyncio.timeout(60):
            while not rewards:
                rewards = (await client.get("/v1/statements/me")).json()["rewards"]
                await asyncio.sleep(0.05)
        (reward,) = rewards
        accepted = await client.post(
            f"/v1/rewards/{reward['id']}/acceptance",
            json={"terms_hash": reward["terms_hash"]},
            headers={"Idempotency-Key": "k1"},
        )
        assert accepted.status_code == 200, accepted.text
        told = await published_on(
            settings.kafka_bootstrap, [REWARDS], lambda e: e.data.key == person, count=2
        )
        assert [type(event.data).__name__ for event in told] == ["RewardOffered", "RewardGranted"]
        running.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            assert await running.process.wait() == 0
    assert await world.program.result("check-ledger") == (0, "entries: 1, differences: 0\n")
