"""Reads and writes topics as others would: by plain Kafka clients and the contracts' codec."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError

from groundswell_contracts.cloudevents import CloudEvent, from_kafka, to_kafka
from groundswell_contracts.topics import Topic

READ_SECONDS = 45
GROUP_SECONDS = 45


async def published(
    bootstrap: str, topics: Collection[Topic], of: Callable[[CloudEvent], bool], count: int
) -> list[CloudEvent]:
    """The events on the topics that are `of` interest, by topic and in order for each key.

    Waits for `count` of them and a moment longer, so that one too many is seen as well.
    """
    found: list[CloudEvent] = []
    async with _reader(bootstrap, topics) as consumer, asyncio.timeout(READ_SECONDS):
        while True:
            batches = await consumer.getmany(timeout_ms=500)
            for partition, records in batches.items():
                for r in records:
                    event = from_kafka(partition.topic, r.key, r.value, r.headers)
                    found += [event] if of(event) else []
            if not batches and len(found) >= count:
                return found


async def publish(bootstrap: str, *events: CloudEvent) -> None:
    """Appends events as their service would; acknowledged on return."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for event in events:
            message = to_kafka(event)
            await producer.send_and_wait(
                message.topic, key=message.key, value=message.value, headers=message.headers
            )
    finally:
        await producer.stop()


async def skip_to_end(bootstrap: str, group: str, topics: Collection[Topic]) -> None:
    """Lets a group begin at the end of the topics, behind the events of other tests.

    Waits for the group to be empty: one that was killed is a member for some seconds more.
    """
    async with _reader(bootstrap, topics, group) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        async with asyncio.timeout(GROUP_SECONDS):
            while not await _committed(consumer, ends):  # noqa: ASYNC110 - nothing tells it
                await asyncio.sleep(0.5)


async def _committed(consumer: AIOKafkaConsumer, offsets: Mapping[TopicPartition, int]) -> bool:
    try:
        await consumer.commit(offsets)
    except CommitFailedError:
        return False
    return True


@asynccontextmanager
async def _reader(
    bootstrap: str, topics: Collection[Topic], group: str | None = None
) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(t.name, p) for t in topics for p in range(t.partitions)])
        yield consumer
    finally:
        await consumer.stop()
