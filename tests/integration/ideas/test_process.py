"""The service as its own processes: commands, health, a request, events, a clean end."""

import asyncio
import signal
from typing import NamedTuple

import httpx2
import pytest

from groundswell_contracts.ideas import IdeaShortlisted
from groundswell_contracts.tallies import TallyCertified
from groundswell_contracts.topics import CONTESTS, TALLIES
from tests.integration.ideas.programmes import climbing
from tests.integration.ideas.world import BRAND, World, new_contest
from tests.support.service import WAIT_SECONDS
from tests.support.topics import published

STOP_SECONDS = 30


@pytest.mark.timeout(240)
@pytest.mark.usefixtures("topics")
async def test_the_service_runs_and_ends(world: World) -> None:
    for _ in range(2):
        await world.program.output("prepare")
    headers = {"Authorization": f"Bearer {world.token('manager')}"}
    async with (
        world.program.serving() as running,
        httpx2.AsyncClient(headers=headers, timeout=30) as client,
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


@pytest.mark.timeout(180)
@pytest.mark.usefixtures("topics")
async def test_the_worker_lists_and_tells_what_was_left_for_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.program.output("prepare")
    contest_id, idea_ids = await world.contest_in("moderation")
    monkeypatch.setattr("groundswell_ideas.selection.commands.TOGETHER", 1)
    await world.shortlist(contest_id, idea_ids)
    ladder_id, _, _ = await climbing(world, ideas=0)
    newcomer = await world.submit(ladder_id)
    await world.done("POST", f"/v1/ideas/{newcomer}/approve", {}, by="editor")
    left = await world.kept("newcomers", "untold_shortlisted")
    assert [len(documents) for documents in left.values()] == [1, 2]
    async with world.program.serving("worker", roles=1), asyncio.timeout(2 * WAIT_SECONDS):
        while any((await world.kept(*left)).values()):  # noqa: ASYNC110 - another process's data
            await asyncio.sleep(0.05)
    ladder = await world.stores.contests.get(BRAND, ladder_id)
    assert ladder.polls[0].idea_ids == (newcomer,)
    told = [e.data.key for e in await world.events() if isinstance(e.data, IdeaShortlisted)]
    assert sorted(told) == sorted([*idea_ids, newcomer])


class Record(NamedTuple):
    """A record that the service could not handle."""

    topic: str = TALLIES.name
    partition: int = 0
    offset: int = 7
    key: bytes = b"con_1"
    value: bytes = b'{"poll_id": "poll_1"}'
    headers: tuple[tuple[str, bytes], ...] = (("ce_type", TallyCertified.type.encode()),)


@pytest.mark.timeout(240)
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
