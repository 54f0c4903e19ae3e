"""Voting on real engines: logs under topics of their own, and one installation for the session."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiokafka import AIOKafkaProducer
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

from groundswell_contracts.topics import Topic
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics, new_producer
from groundswell_kit.mongo import Document, connect
from groundswell_local.engines import Engines
from groundswell_voting.counting.projection import Projection
from tests.integration.voting.world import Log

NewLog = Callable[[int], Awaitable[Log]]


@pytest.fixture(scope="session")
async def producer(engines: Engines) -> AsyncIterator[AIOKafkaProducer]:
    producer = new_producer(engines.kafka.address)
    await producer.start()
    yield producer
    await producer.stop()


@pytest.fixture
def new_log(engines: Engines, producer: AIOKafkaProducer) -> NewLog:
    """Makes an empty votes log of so many partitions."""

    async def make(partitions: int) -> Log:
        name = f"groundswell.{new_id('votes')}.v1"
        topic = Topic(name, key="voter", partitions=partitions, append_time=True)
        await ensure_topics(engines.kafka.address, [topic], 1)
        return Log(engines.kafka.address, name, partitions, producer)

    return make


@pytest.fixture
async def redis(engines: Engines) -> AsyncIterator[Redis]:
    """Redis, emptied."""
    client: Redis = Redis.from_url(engines.redis.address)
    await client.flushdb()
    yield client
    await client.aclose()


@pytest.fixture
def projection(redis: Redis) -> Projection:
    return Projection(redis)


@pytest.fixture
async def database(engines: Engines) -> AsyncIterator[AsyncDatabase[Document]]:
    """A MongoDB database that nobody else uses."""
    database = connect(engines.mongo.address, new_id("voting"))
    yield database
    await database.client.drop_database(database.name)
    await database.client.close()
