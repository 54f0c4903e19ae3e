"""The service as its own processes: commands, health, a request, events, a clean end."""

import asyncio
import signal
from typing import NamedTuple

import httpx2
import pytest

from groundswell_contracts.tallies import TallyCertified
from groundswell_contracts.topics import CONTESTS, TALLIES
from tests.integration.ideas.world import World, new_contest
from tests.support.topics import published

STOP_SECONDS = 10


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("topics")
async def test_the_service_runs_and_ends(world: World) -> None:
    for _ in range(2):
        await world.program.output("prepare")
    async with (
        world.program.serving() as running,
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {world.token('manager')}"}) as client,
    ):
        address = running.address
        for role in ("api", "worker"):
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
            world.settings.kafka_bootstrap,
            [CONTESTS],
            lambda event: event.data.key == contest_id,
            count=2,
        )
        running.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(STOP_SECONDS):
            assert await running.process.wait() == 0


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
    program, letters = world.program, world.stores.dead_letters
    assert await program.output("dead-letters", "list") == ""
    await letters.park(Record(), "ValueError('poll_1 is not its poll')", "a stack")
    (parked,) = await letters.list(10)

    listed = await program.output("dead-letters", "list")
    assert listed == f"{parked.id}\tcon_1\tValueError('poll_1 is not its poll')\n"
    shown = await program.output("dead-letters", "show", parked.id)
    assert "ce_type: groundswell.TallyCertified.v1" in shown
    assert '{"poll_id": "poll_1"}' in shown
    assert "a stack" in shown
    assert await program.output("dead-letters", "release", "con_1") == "released: 1\n"
    (parked,) = await letters.list(10)
    assert parked.released
    assert await program.output("dead-letters", "release", "--all") == "released: 1\n"


@pytest.mark.parametrize("arguments", [["release"], ["release", "con_1", "--all"], ["show", "x"]])
async def test_an_unclear_command_is_refused(world: World, arguments: list[str]) -> None:
    assert await world.program.result("dead-letters", *arguments) == (2, "")
