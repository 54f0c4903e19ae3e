"""Topics are made once, as they must be, and another shape is refused."""

import asyncio
from dataclasses import replace

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from groundswell_contracts.topics import Topic
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import (
    TopicMismatch,
    ensure_topics,
    missing_topics,
    new_producer,
)
from groundswell_local.engines import Engines


@pytest.fixture
def bootstrap(engines: Engines) -> str:
    return engines.kafka.address


@pytest.fixture
def fresh() -> Topic:
    return Topic(f"groundswell.{new_id('kit')}.v1", key="thing", partitions=3, append_time=True)


async def settings(bootstrap: str, name: str) -> dict[str, str]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    finally:
        await admin.close()
    [topic] = answer.to_object()["resources"]
    return {entry["config_names"]: entry["config_value"] for entry in topic["config_entries"]}


async def test_a_topic_is_made_as_described(bootstrap: str, fresh: Topic) -> None:
    assert await missing_topics(bootstrap, [fresh]) == [fresh.name]
    await ensure_topics(bootstrap, [fresh], 1)
    assert await missing_topics(bootstrap, [fresh]) == []

    made = await settings(bootstrap, fresh.name)
    assert (made["retention.ms"], made["message.timestamp.type"]) == ("-1", "LogAppendTime")
    producer = new_producer(bootstrap)
    await producer.start()
    assert await producer.partitions_for(fresh.name) == {0, 1, 2}
    await producer.stop()


async def test_many_may_make_it_and_again(bootstrap: str, fresh: Topic) -> None:
    await asyncio.gather(*(ensure_topics(bootstrap, [fresh], 1) for _ in range(4)))
    await ensure_topics(bootstrap, [fresh], 1)


async def test_another_number_of_partitions_is_refused(bootstrap: str, fresh: Topic) -> None:
    await ensure_topics(bootstrap, [fresh], 1)
    with pytest.raises(TopicMismatch, match="3 partitions, not 12"):
        await ensure_topics(bootstrap, [replace(fresh, partitions=12)], 1)


async def test_another_kind_of_time_is_refused(bootstrap: str, fresh: Topic) -> None:
    await ensure_topics(bootstrap, [replace(fresh, append_time=False)], 1)
    with pytest.raises(TopicMismatch, match="time of append"):
        await ensure_topics(bootstrap, [fresh], 1)
