"""A worker that is killed amid many events loses nothing and books nothing twice."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.event import Event
from groundswell_contracts.topics import REWARDS
from groundswell_kit.ids import new_id
from tests.integration.rewards.story import envelope, published, selected, vetoed
from tests.integration.rewards.world import World
from tests.support.topics import publish
from tests.support.topics import published as published_on

CONTESTS = 30
KILLS = 3
PRIZE = 50_000
LAST_SECONDS = 150


def told_of(contest_id: str, brand: str) -> list[CloudEvent]:
    """All that ideas tells of a contest: four winners, of whom the last two are vetoed."""
    people = [f"{contest_id}_{number}" for number in range(4)]
    winners: list[Event] = [selected(f"idea_of_{who}", who, contest_id) for who in people]
    vetoes: list[Event] = [vetoed(f"idea_of_{who}", who, contest_id) for who in people[2:]]
    return [
        envelope(published(contest_id), brand, sequence=1),
        *(envelope(event, brand, number) for number, event in enumerate([*winners, *vetoes], 1)),
    ]


async def accept_first_and_third(world: World, contest_ids: list[str]) -> None:
    """These winners accept as soon as they are offered something; the third may be too late.

    They try again while the server still holds what a killed worker was about to change.
    """
    left = {f"{contest_id}_{number}" for contest_id in contest_ids for number in (0, 2)}
    while left:
        for person in sorted(left):
            for reward in (await world.statement(person))["rewards"]:
                status = (await world.accept(reward)).status_code
                assert status in (200, 409, 503)
                if status != 503:
                    left.discard(person)
        await asyncio.sleep(0.05)


async def until(found: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(120):
        while not await found():  # noqa: ASYNC110 - what another process keeps has no event
            await asyncio.sleep(0.02)


async def kill_and_kill_again(world: World, brand: str, stories: list[list[CloudEvent]]) -> None:
    """Publishes the stories in portions, and kills the worker in the midst of each."""
    size = len(stories) // KILLS
    wins = world.database["wins"]
    for kill in range(KILLS):
        async with world.program.serving("worker", roles=1) as worker:
            portion = stories[kill * size : (kill + 1) * size]
            before = await wins.count_documents({"brand_id": brand})
            told = [event for story in portion for event in story]
            await publish(world.settings.kafka_bootstrap, *told)

            async def amid(enough: int = before + size) -> bool:
                return await wins.count_documents({"brand_id": brand}) > enough

            await until(amid)
            worker.process.kill()
            assert await worker.process.wait() == -signal.SIGKILL


async def all_is_told(world: World) -> bool:
    """Whether every veto has been taken and every event published."""
    vetoes = await world.database["wins"].count_documents({"end": {"$ne": None}})
    waiting = await world.database["outbox"].count_documents({"sent_at": None})
    return vetoes == 2 * CONTESTS and waiting == 0


@pytest.mark.timeout(400)
@pytest.mark.usefixtures("topics")
async def test_the_books_are_as_if_nothing_had_happened(world: World) -> None:
    settings, brand = world.settings, new_id("brand")
    contest_ids = [new_id("con") for _ in range(CONTESTS)]
    stories = [told_of(contest_id, brand) for contest_id in contest_ids]
    events: list[CloudEvent] = []

    async def are_read() -> bool:
        events[:] = await published_on(
            settings.kafka_bootstrap, [REWARDS], lambda e: e.brand_id == brand, count=1
        )
        return {event.id for event in events} >= {event.id for event in await world.events()}

    async with asyncio.TaskGroup() as group:
        accepting = group.create_task(accept_first_and_third(world, contest_ids))
        await kill_and_kill_again(world, brand, stories)
        repeats = [event for story in stories[::3] for event in story]
        await publish(settings.kafka_bootstrap, *repeats)
        async with world.program.serving("worker", roles=1), asyncio.timeout(LAST_SECONDS):
            # What is accepted is told of as well, and nobody else publishes it.
            await accepting
            await until(lambda: all_is_told(world))
            await until(are_read)
    await check_books(world, brand, contest_ids)
    await check_events(world, events)


async def check_books(world: World, brand: str, contest_ids: list[str]) -> None:
    """The first winner of each contest is owed a prize, the others nothing."""
    assert await world.kept("parked") == {"parked": []}
    payable = {(f"payee:{contest_id}_0:payable", "GBP"): -PRIZE for contest_id in contest_ids}
    owed = payable | {(f"brand:{brand}:prizes", "GBP"): PRIZE * CONTESTS}
    assert await world.balances() == owed
    status, output = await world.program.result("check-ledger")
    assert (status, output.partition(", ")[2]) == (0, "differences: 0\n")


async def check_events(world: World, events: list[CloudEvent]) -> None:
    """Each reward was told of once, but for repeats of the same event; and each entry is told."""
    distinct = {event.id: event.data for event in events}.values()
    told = Counter((type(event).__name__, getattr(event, "reward_id", "")) for event in distinct)
    assert set(told.values()) == {1}
    entries = (await world.kept("entries"))["entries"]
    names = {"grant": "RewardGranted", "reversal": "RewardReversed"}
    booked = {(names[entry["kind"]], entry["reward_id"]) for entry in entries}
    assert booked == {key for key in told if key[0] in names.values()}
    assert sum(kind == "RewardGranted" for kind, _ in booked) >= CONTESTS
