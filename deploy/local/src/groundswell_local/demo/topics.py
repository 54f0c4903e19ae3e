"""How many events Kafka holds, told by Kafka itself; for the demo's report."""

import asyncio
from collections import Counter

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from groundswell_contracts.topics import DOMAIN_TOPICS
from groundswell_local.demo.calls import CallFailed

_SECONDS = 60.0


async def events_by_topic(bootstrap: str) -> Counter[str]:
    """The records of each topic of ours, by its end offsets: none was ever deleted.

    Domain topics first, then what services put aside. Raises CallFailed when Kafka does not tell
    in time.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="latest")
    try:
        async with asyncio.timeout(_SECONDS):
            await consumer.start()
            partitions = await _partitions(consumer)
            ends = await consumer.end_offsets(partitions)
    except (KafkaError, TimeoutError) as error:
        raise CallFailed(f"Kafka does not tell how many events it has: {error!r}") from error
    finally:
        await consumer.stop()
    counts = Counter({partition.topic: 0 for partition in partitions})
    for partition, end in ends.items():
        counts[partition.topic] += end
    return counts


async def _partitions(consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    there = await consumer.topics()
    letters = sorted(name for name in there if name.endswith(".dlt"))
    names = [topic.name for topic in DOMAIN_TOPICS if topic.name in there] + letters
    return [
        TopicPartition(name, number)
        for name in names
        for number in sorted(consumer.partitions_for_topic(name) or ())
    ]
