"""What is in the outbox reaches Kafka, in order within each key, whatever dies or stalls."""

import asyncio
from collections import defaultdict

import pytest
from prometheus_client import REGISTRY

from groundswell_contracts.cloudevents import CloudEvent, from_kafka
from groundswell_kit import relay as relay_module
from groundswell_kit.kafka import MAX_MESSAGE_BYTES
from groundswell_kit.mongo import transaction
from groundswell_kit.relay import RelayStalled
from tests.integration.kit.messaging.world import (
    Happened,
    Paused,
    World,
    eventually,
    happenings,
    log_of,
    running,
)


@pytest.fixture
def no_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """A relay that nothing hurries: what it publishes twice, it does for another reason."""
    for name in ("LEASE_SECONDS", "SEND_SECONDS", "MONGO_SECONDS", "RELEASE_SECONDS"):
        monkeypatch.setattr(relay_module, name, 60.0)


async def published(world: World) -> list[CloudEvent]:
    records = await log_of(world.bootstrap, Happened.topic.name)
    return [from_kafka(r.topic, r.key, r.value, r.headers) for r in records]


def first_appearances(events: list[CloudEvent]) -> dict[str, list[int]]:
    """The sequences of each key in the order in which they first stand in the log."""
    seen: dict[str, dict[int, None]] = defaultdict(dict)
    for event in events:
        assert event.sequence is not None
        seen[event.data.key].setdefault(event.sequence)
    return {key: list(sequences) for key, sequences in seen.items()}


async def all_sent(world: World) -> bool:
    return await world.unsent() == 0


@pytest.mark.usefixtures("no_haste")
async def test_waiting_rows_are_published_in_order_and_noted(world: World) -> None:
    for n in range(1, 6):
        await world.tell(*happenings("shoe", n), *happenings("pizza", n))

    async with running(world.relay().run):
        await eventually(lambda: all_sent(world), "the rows are noted as sent")
        await world.tell(*happenings("shoe", 6))
        await eventually(lambda: all_sent(world), "a late row too")

    events = await published(world)
    assert first_appearances(events) == {"shoe": [1, 2, 3, 4, 5, 6], "pizza": [1, 2, 3, 4, 5]}
    assert len(events) == 11
    assert await world.database["outbox"].count_documents({"sent_at": {"$type": "date"}}) == 11


@pytest.mark.usefixtures("no_haste")
async def test_of_two_relays_one_works_and_the_other_takes_over(world: World) -> None:
    first, second = world.relay("relay-1"), world.relay("relay-2")
    async with running(second.run):
        async with running(first.run):
            for n in range(1, 20):
                await world.tell(*happenings("shoe", n))
            await eventually(lambda: all_sent(world), "the rows are sent")
            assert len(await published(world)) == 19

        # The other has left in order and given the lease back, whichever had it: it would last on.
        await world.tell(*happenings("shoe", 20))
        await eventually(lambda: all_sent(world), "the other goes on")

    assert first_appearances(await published(world)) == {"shoe": list(range(1, 21))}


async def test_two_that_both_believe_in_the_lease_keep_the_order(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As after a pause longer than the lease: nothing but luck keeps them apart.
    async def always(_: object) -> bool:
        return True

    monkeypatch.setattr("groundswell_kit.leases.Lease.acquire_or_renew", always)
    monkeypatch.setattr("groundswell_kit.leases.Lease.remaining", lambda _: 5.0)

    async with running(world.relay("relay-1").run, world.relay("relay-2").run):
        for n in range(1, 41):
            await world.tell(*happenings("shoe", n), *happenings("pizza", n))
        await eventually(lambda: all_sent(world), "the rows are sent")

    order = first_appearances(await published(world))
    assert order == {"shoe": list(range(1, 41)), "pizza": list(range(1, 41))}


@pytest.mark.usefixtures("no_haste")
async def test_a_crash_between_send_and_note_sends_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.tell(*happenings("shoe", 1, 2))
    dying = world.relay()

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(dying._rows, "update_many", die)
        with pytest.raises(asyncio.CancelledError):
            await dying.run(asyncio.Event())
    assert await world.unsent() == 2

    async with running(world.relay().run):
        await eventually(lambda: all_sent(world), "the next relay sends them")
    assert [event.sequence for event in await published(world)] == [1, 2, 1, 2]


async def test_a_key_that_kafka_refuses_holds_up_nobody_else(world: World) -> None:
    refused = b"x" * (MAX_MESSAGE_BYTES + 1)
    await transaction(
        world.database.client,
        lambda: world.outbox.add_raw(Happened.topic.name, b"pizza", refused, []),
    )
    await world.tell(*happenings("pizza", 2), *happenings("shoe", 1))
    relay = world.relay()

    async def only_pizza_waits() -> bool:
        return await world.unsent() == 2

    async with running(relay.run):
        await eventually(only_pizza_waits, "the shoe is sent")
        await world.tell(*happenings("shoe", 2))
        await eventually(only_pizza_waits, "and goes on being sent")
        with pytest.raises(RelayStalled):
            await relay.ready()

    assert first_appearances(await published(world)) == {"shoe": [1, 2]}


@pytest.mark.usefixtures("no_haste")
async def test_an_uncommitted_event_is_not_published(world: World) -> None:
    began, leave = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        await world.outbox.add("brand_1", happenings("shoe", 1))
        began.set()
        await leave.wait()

    async with running(world.relay().run):
        task = asyncio.create_task(transaction(world.database.client, work))
        await began.wait()
        await world.tell(*happenings("pizza", 1))
        await eventually(lambda: all_sent(world), "what is committed is sent")
        assert [event.data.key for event in await published(world)] == ["pizza"]
        leave.set()
        await task
        await eventually(lambda: all_sent(world), "the other after its commit")

    assert len(await published(world)) == 2


async def test_kafka_stalls_and_comes_back(world: World, kafka_paused: Paused) -> None:
    relay = world.relay()
    async with running(relay.run):
        await world.tell(*happenings("shoe", 1))
        await eventually(lambda: all_sent(world), "the relay is at work")
        await relay.ready()

        async with kafka_paused():
            for n in range(2, 30):
                await world.tell(*happenings("shoe", n), *happenings("pizza", n))
            await eventually(lambda: stalled(relay), "readiness tells")

        await eventually(lambda: all_sent(world), "everything is sent after all")
        await eventually(lambda: ready(relay), "readiness comes back")

    order = first_appearances(await published(world))
    assert order == {"shoe": list(range(1, 30)), "pizza": list(range(1, 29))}


async def test_mongodb_stalls_and_comes_back(world: World, mongo_paused: Paused) -> None:
    relay = world.relay()
    for n in range(1, 20):
        await world.tell(*happenings("shoe", n))
    async with running(relay.run):
        async with mongo_paused():
            await asyncio.sleep(1)
        await eventually(lambda: all_sent(world), "everything is sent after all")
    assert first_appearances(await published(world)) == {"shoe": list(range(1, 20))}


async def test_the_metrics_tell_how_much_waits_and_how_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay_module, "MEASURE_SECONDS", 0.05)
    await world.tell(*happenings("shoe", *range(1, 8)))
    unsent = "groundswell_outbox_unsent"
    relay = world.relay()

    await relay._measure()
    assert REGISTRY.get_sample_value(unsent) == 7
    assert (REGISTRY.get_sample_value("groundswell_outbox_oldest_age_seconds") or 0) > 0

    async def none_left() -> bool:
        return REGISTRY.get_sample_value(unsent) == 0

    async with running(relay.run):
        await eventually(none_left, "the gauge falls")


async def test_what_is_sent_is_not_read_again(world: World) -> None:
    plan = await world.database["outbox"].find(relay_module.UNSENT).explain()
    assert plan["queryPlanner"]["winningPlan"]["inputStage"]["indexName"] == "unsent"


async def stalled(relay: relay_module.Relay) -> bool:
    return not await ready(relay)


async def ready(relay: relay_module.Relay) -> bool:
    try:
        await relay.ready()
    except RelayStalled:
        return False
    return True
