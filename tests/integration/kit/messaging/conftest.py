"""A service of its own for each test, in a database of its own, on real engines."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.registry import EVENTS
from groundswell_contracts.topics import Topic, dead_letters
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics
from groundswell_kit.mongo import Document, connect
from groundswell_local.engines import Engines
from tests.integration.kit.messaging.world import (
    Happened,
    Ignored,
    Paused,
    World,
    eventually,
    paused,
)


@pytest.fixture
def kafka_paused(engines: Engines) -> Paused:
    """Stops the broker in its tracks for the length of a `with`."""
    return partial(paused, engines.kafka)


@pytest.fixture
def mongo_paused(engines: Engines) -> Paused:
    """Stops mongod in its tracks for the length of a `with`."""
    return partial(paused, engines.mongo)


@pytest.fixture
async def database(engines: Engines) -> AsyncIterator[AsyncDatabase[Document]]:
    database = connect(engines.mongo.address, new_id("kit"))
    yield database
    await database.client.drop_database(database.name)
    await database.client.close()


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> Topic:
    """The topic of the tests' events, empty for each test."""
    topic = Topic(f"groundswell.{new_id('kit')}.v1", key="thing", partitions=2)
    for event in (Happened, Ignored):
        monkeypatch.setattr(event, "topic", topic)
        monkeypatch.setitem(EVENTS, event.type, event)
    return topic


@pytest.fixture
async def world(
    engines: Engines, database: AsyncDatabase[Document], topic: Topic
) -> AsyncIterator[World]:
    world = World(database, engines.kafka.address)
    topics = [topic, dead_letters(world.service)]
    await ensure_topics(world.bootstrap, topics, 1)
    await world.ensure_indexes()
    yield world
    # A broker that is started after a kill reads every topic.
    names = [topic.name for topic in topics]
    await eventually(lambda: _deleted(world.bootstrap, names), "the topics are deleted")


async def _deleted(bootstrap: str, names: list[str]) -> bool:
    """False where a broker that was paused for long has not found back to its controller."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        await admin.delete_topics(names)
    except (AttributeError, KafkaError):  # aiokafka looks for the id of a controller that is None
        return False
    finally:
        await admin.close()
    return True
