"""A consumer tells how far behind it is and what keeps it from its work."""

import asyncio

import pytest
from prometheus_client import REGISTRY

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.topics import Topic
from groundswell_kit.kafka import ensure_topics
from tests.integration.kit.messaging.world import (
    Happened,
    World,
    event,
    eventually,
    happenings,
    publish,
    running,
)


async def test_readiness_tells_of_an_event_that_does_not_end(world: World) -> None:
    hold = asyncio.Event()

    async def stuck(event: CloudEvent) -> None:
        await hold.wait()
        await world.note(event)

    async def complains() -> bool:
        return "consumer" in await world.health.ready()

    async def ready() -> bool:
        return not await complains()

    await publish(world.bootstrap, [to_kafka(event(1))])
    async with running(world.consumer(stuck, silence_seconds=0.5).run):
        await eventually(complains, "readiness fails")
        hold.set()
        await eventually(ready, "readiness comes back")


async def test_lag_is_what_is_not_handled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundswell_kit.consumer.LAG_SECONDS", 0.05)
    hold = asyncio.Event()

    async def stuck(event: CloudEvent) -> None:
        await hold.wait()
        await world.note(event)

    def lag() -> float:
        samples = [
            REGISTRY.get_sample_value(
                "groundswell_consumer_lag", {"topic": Happened.topic.name, "partition": str(p)}
            )
            for p in range(Happened.topic.partitions)
        ]
        return sum(sample or 0 for sample in samples)

    async def lags_by(records: int) -> bool:
        return lag() == records

    await publish(world.bootstrap, [to_kafka(event(n)) for n in range(1, 8)])
    async with running(world.consumer(stuck).run):
        await eventually(lambda: lags_by(7), "the lag is seen")
        hold.set()
        await eventually(lambda: lags_by(0), "and falls")


async def test_a_missing_topic_is_waited_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    late = Topic(f"{Happened.topic.name}.late", key="thing", partitions=1)
    monkeypatch.setattr(Happened, "topic", late)

    async def complains() -> bool:
        return "consumer" in await world.health.ready()

    async with running(world.consumer().run, world.relay().run):
        await eventually(complains, "readiness tells")
        await ensure_topics(world.bootstrap, [late], 1)
        await world.tell(*happenings("shoe", 1))
        await eventually(lambda: world.has_seen(shoe=[1]), "it begins")
