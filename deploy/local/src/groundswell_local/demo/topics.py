"""How many events Kafka holds, told by Kafka itself; for the demo's report."""

import asyncio
from collections import Counter

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError

from groundswell_contracts.topics import DOMAIN_TOPICS, dead_letters
from groundswell_local.demo.calls import CallFailed
from groundswell_local.installation import SERVICES

_SECONDS = 20.0


async def events_by_topic(bootstrap: str) -> Counter[str]:
    """The records of each topic, by its end offsets: none was ever deleted.

    Raises CallFailed when Kafka does not tell in time.
    """
    letters = [dead_letters(service) for service in SERVICES]
    counts = Counter({topic.name: 0 for topic in (*DOMAIN_TOPICS, *letters)})
    # Without a group it is given all partitions, and from their ends on it has nothing to read.
    consumer = AIOKafkaConsumer(*counts, bootstrap_servers=bootstrap, auto_offset_reset="latest")
    try:
        async with asyncio.timeout(_SECONDS):
            await consumer.start()
            ends = await consumer.end_offsets(consumer.assignment())
    except (KafkaError, TimeoutError) as error:
        raise CallFailed(f"Kafka does not tell how many events it has: {error!r}") from error
    finally:
        await consumer.stop()
    for partition, end in ends.items():
        counts[partition.topic] += end
    return counts
