"""How many events Kafka holds, told by Kafka itself; for the demo's report."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from groundswell_contracts.topics import DOMAIN_TOPICS, dead_letters
from groundswell_local.installation import SERVICES

_SECONDS = 10


async def events_by_topic(bootstrap: str) -> dict[str, int]:
    """The records of each topic, from its end offsets: nothing of ours is ever deleted.

    Raises KafkaError or TimeoutError when Kafka does not tell.
    """
    names = [topic.name for topic in DOMAIN_TOPICS]
    names += [dead_letters(service).name for service in SERVICES]
    async with asyncio.timeout(_SECONDS):
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
        await consumer.start()
        try:
            await consumer.topics()  # fetches the metadata of all
