"""How many events Kafka holds, told by Kafka itself; for the demo's report."""

import asyncio
from collections import Counter

from aiokafka import AIOKafkaConsumer

from groundswell_contracts.topics import DOMAIN_TOPICS, dead_letters
from groundswell_local.installation import SERVICES

_SECONDS = 20.0


async def events_by_topic(bootstrap: str) -> Counter[str]:
    """The records of each topic, by its end offsets: none was ever deleted.

    Raises KafkaError, or TimeoutError when Kafka does not tell in time.
    """
    letters = [dead_letters(service) for service in SERVICES]
    counts = Counter({topic.name: 0 for topic in (*DOMAIN_TOPICS, *letters)})
    async with asyncio.timeout(_SECONDS):
        # Without a group it is given all partitions, and from their ends on it has nothing to read.
        consumer = AIOKafkaConsumer(
            *counts, bootstrap_servers=bootstrap, auto_offset_reset="latest"
        )
        await consumer.start()
        try:
            for partition, end in (await consumer.end_offsets(consumer.assignment())).items():
                counts[partition.topic] += end
        finally:
            await consumer.stop()
    return counts
