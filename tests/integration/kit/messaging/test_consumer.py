"""Each event takes effect once and in order, however often it comes and whoever dies meanwhile."""

import asyncio

import pytest
from aiokafka import TopicPartition

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_kit.consumer import EventConsumer
from groundswell_kit.kafka import new_group_consumer
from groundswell_kit.mongo import transaction
from tests.integration.kit.messaging.world import (
    Happened,
    Ignored,
    Paused,
    World,
    event,
    eventually,
    happenings,
    log_of,
    publish,
    running,
)


async def committed(world: World) -> dict[int, int | None]:
    """The committed offset by partition."""
    reader = new_group_consumer(world.bootstrap, f"groundswell.{world.service}")
    topic = Happened.topic
    reader.assign([TopicPartition(topic.name, p) for p in range(topic.partitions)])
    await reader.start()
    try:
        return {tp.partition: await reader.committed(tp) for tp in reader.assignment()}
    finally:
        await reader.stop()


async def ends(world: World) -> dict[int, int]:
    counts = dict.fromkeys(range(Happened.topic.partitions), 0)
    for record in await log_of(world.bootstrap, Happened.topic.name):
        counts[record.partition] = record.offset + 1
    return counts


async def test_events_reach_their_handler_in_order(world: World) -> None:
    async with running(world.relay().run, world.consumer().run):
        for n in range(1, 21):
            await world.tell(*happenings("shoe", n), *happenings("pizza", n))
        numbers = list(range(1, 21))
        await eventually(
            lambda: world.has_seen(shoe=numbers, pizza=numbers), "all took effect in order"
        )


async def test_repeats_and_stragglers_take_no_effect(world: World) -> None:
    once = [to_kafka(event(n)) for n in (1, 2, 3)]
    stale = to_kafka(event(2, event_id="evt_stale"))
    async with running(world.consumer().run):
        await publish(world.bootstrap, [*once, *once, stale, *once, to_kafka(event(4))])
        await eventually(lambda: world.has_seen(shoe=[1, 2, 3, 4]), "each took effect once")


async def test_what_nobody_handles_is_passed_over(world: World) -> None:
    stranger = to_kafka(event(2))
    headers = [
        (name, b"groundswell.NotYetKnown.v7" if name == "ce_type" else value)
        for name, value in stranger.headers
    ]
    async with running(world.relay().run, world.consumer().run):
        await world.tell(*happenings("shoe", 1), Ignored(thing="shoe"))
        await eventually(lambda: world.has_seen(shoe=[1]), "the first took effect")
        await publish(world.bootstrap, [stranger._replace(headers=headers)])
        await world.tell(*happenings("shoe", 2))
        await eventually(lambda: world.has_seen(shoe=[1, 2]), "and the one after the strangers")
    assert await world.parked() == []


async def test_a_stop_finishes_what_is_in_hand_and_commits_it(world: World) -> None:
    began = asyncio.Event()

    async def slow(event: CloudEvent) -> None:
        began.set()
        await asyncio.sleep(0.5)
        await world.note(event)

    await publish(world.bootstrap, [to_kafka(event(n)) for n in (1, 2, 3)])
    async with running(world.consumer(slow).run):
        await began.wait()

    assert await world.seen("shoe") == [1]
    assert sum(offset or 0 for offset in (await committed(world)).values()) == 1


async def test_a_second_run_goes_on_where_the_first_ended(world: World) -> None:
    await publish(world.bootstrap, [to_kafka(event(n)) for n in (1, 2)])
    async with running(world.consumer().run):
        await eventually(lambda: world.has_seen(shoe=[1, 2]), "the first run")
    assert await committed(world) == {
        partition: end or None for partition, end in (await ends(world)).items()
    }

    handled: list[CloudEvent] = []

    async def remember(event: CloudEvent) -> None:
        handled.append(event)
        await world.note(event)

    await publish(world.bootstrap, [to_kafka(event(3))])
    async with running(world.consumer(remember).run):
        await eventually(lambda: world.has_seen(shoe=[1, 2, 3]), "the second run")
    assert [event.sequence for event in handled] == [3]


async def test_a_crash_before_the_commit_of_offsets_repeats_no_effect(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> None:
        await asyncio.sleep(60)

    await publish(world.bootstrap, [to_kafka(event(n)) for n in range(1, 6)])
    with monkeypatch.context() as patch:
        patch.setattr("aiokafka.AIOKafkaConsumer.commit", never)
        patch.setattr("groundswell_kit.partition_worker.COMMIT_SECONDS", 0.1)
        async with running(world.consumer().run):
            await eventually(lambda: world.has_seen(shoe=[1, 2, 3, 4, 5]), "all took effect")
    assert set((await committed(world)).values()) == {None}

    await publish(world.bootstrap, [to_kafka(event(6))])
    async with running(world.consumer().run):
        await eventually(lambda: world.has_seen(shoe=[1, 2, 3, 4, 5, 6]), "only the new one")


async def test_a_handler_that_fails_is_tried_again_with_nothing_left_of_its_failure(
    world: World,
) -> None:
    tries = 0

    async def at_the_third(event: CloudEvent) -> None:
        nonlocal tries
        tries += 1
        await world.note(event)
        if tries < 3:
            raise ValueError("not yet")

    await publish(world.bootstrap, [to_kafka(event(1)), to_kafka(event(2))])
    async with running(world.consumer(at_the_third).run):
        await eventually(lambda: world.has_seen(shoe=[1, 2]), "both took effect once")
    assert await world.parked() == []


async def test_events_that_a_handler_tells_go_out_with_its_effect(world: World) -> None:
    async def chain(event: CloudEvent) -> None:
        await world.note(event)
        data = event.data
        assert isinstance(data, Happened)
        if data.n < 5:
            await world.outbox.add(event.brand_id, happenings(data.thing, data.n + 1))

    async with running(world.relay().run, world.consumer(chain).run):
        await world.tell(*happenings("shoe", 1))
        await eventually(lambda: world.has_seen(shoe=[1, 2, 3, 4, 5]), "one led to the next")

    traces = {
        value
        for record in await log_of(world.bootstrap, Happened.topic.name)
        for name, value in record.headers
        if name == "ce_traceparent"
    }
    assert len(traces) == 1


async def test_members_share_the_work_and_take_over_from_each_other(world: World) -> None:
    things = [f"thing_{n}" for n in range(6)]
    numbers: list[int] = []

    async def tell(*more: int) -> None:
        for n in more:
            numbers.append(n)
            await world.tell(*(Happened(thing=thing, n=n) for thing in things))

    async def all_seen() -> bool:
        return [await world.seen(thing) for thing in things] == [numbers] * len(things)

    async with running(world.relay().run, world.consumer().run):
        await tell(1, 2)
        await eventually(all_seen, "one member handles everything")
        async with running(world.consumer().run):
            for n in range(3, 30):
                await tell(n)
            await eventually(all_seen, "two members handle everything, once and in order")
        await tell(30, 31)
        await eventually(all_seen, "the first one again alone")


async def test_a_member_that_lost_its_partitions_unawares_changes_nothing(world: World) -> None:
    # A paused process: the group has given its partition away while it holds an event. MongoDB
    # ends its transaction after a minute, here after a second; until then its heir waits.
    hold, held = asyncio.Event(), asyncio.Event()
    limit = {"transactionLifetimeLimitSeconds": 1}
    admin = world.database.client.admin
    before = await admin.command({"setParameter": 1, **limit})

    async def stuck(event: CloudEvent) -> None:
        held.set()
        await hold.wait()
        await world.note(event)

    zombie = EventConsumer(
        world.database,
        world.bootstrap,
        f"{world.service}-zombie",
        {Happened: stuck},
        world.inbox,
        world.dead_letters,
        world.health,
    )
    await publish(world.bootstrap, [to_kafka(event(n)) for n in range(1, 6)])
    async with running(zombie.run):
        await held.wait()
        async with running(world.consumer().run):
            await eventually(lambda: world.has_seen(shoe=[1, 2, 3, 4, 5]), "the heir did it all")
            hold.set()
            await publish(world.bootstrap, [to_kafka(event(6))])
            await eventually(lambda: world.has_seen(shoe=[1, 2, 3, 4, 5, 6]), "and goes on")
    await admin.command({"setParameter": 1, "transactionLifetimeLimitSeconds": before["was"]})
    assert await world.seen("shoe") == [1, 2, 3, 4, 5, 6]
    assert await world.parked() == []


async def test_mongodb_stalls_and_nothing_is_parked(world: World, mongo_paused: Paused) -> None:
    for n in range(1, 20):
        await publish(world.bootstrap, [to_kafka(event(n))])
    async with running(world.consumer().run):
        async with mongo_paused():
            await asyncio.sleep(1)
        await eventually(lambda: world.has_seen(shoe=list(range(1, 20))), "all took effect")
    assert await world.parked() == []


async def test_kafka_stalls_and_the_consumer_goes_on(world: World, kafka_paused: Paused) -> None:
    async with running(world.relay().run, world.consumer().run):
        await world.tell(*happenings("shoe", 1))
        await eventually(lambda: world.has_seen(shoe=[1]), "at work")
        async with kafka_paused():
            await world.tell(*happenings("shoe", 2))
            await asyncio.sleep(1)
        await eventually(lambda: world.has_seen(shoe=[1, 2]), "at work again")


async def test_conflicts_between_handlers_repeat_no_effect(world: World) -> None:
    # Every handler writes the same document, so transactions of both partitions run several times.
    async def count(_: CloudEvent) -> None:
        row = await world.effects.find_one({"_id": "total"})
        await asyncio.sleep(0.002)
        total = (row or {"n": 0})["n"]
        await world.effects.update_one({"_id": "total"}, {"$set": {"n": total + 1}}, upsert=True)

    async def counted() -> bool:
        row = await world.effects.find_one({"_id": "total"})
        return row is not None and row["n"] == 60

    for n in range(1, 11):
        await world.tell(*(Happened(thing=f"thing_{k}", n=n) for k in range(6)))
    async with running(world.relay().run, world.consumer(count).run):
        await eventually(counted, "each is counted once")
    assert await transaction(world.database.client, counted)
