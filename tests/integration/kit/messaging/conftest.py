"""A service of its own for each test, in a database of its own, on real engines."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.registry import EVENTS
from groundswell_contracts.topics import Topic, dead_letters
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics
from groundswell_kit.mongo import Document, connect
from tests.integration.kit.messaging.world import Happened, Ignored, World


@pytest.fixture(scope="session")
def engines() -> SimpleNamespace:
    address = SimpleNamespace
    return SimpleNamespace(
        kafka=address(address="127.0.0.1:29192"),
        mongo=address(address="mongodb://127.0.0.1:27191/?replicaSet=rs0&directConnection=true"),
    )


def pauser(pid_file: str) -> Callable[[], AbstractContextManager[None]]:
    @contextmanager
    def paused() -> Iterator[None]:
        pid = int(Path(pid_file).read_text())
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    return paused


@pytest.fixture
def kafka_paused() -> Callable[[], AbstractContextManager[None]]:
    """Stops the broker in its tracks for the length of a `with`."""
    return pauser("/tmp/kitm/kafka.pid")


@pytest.fixture
def mongo_paused() -> Callable[[], AbstractContextManager[None]]:
    """Stops mongod in its tracks for the length of a `with`."""
    return pauser("/tmp/kitm/mongo.pid")


@pytest.fixture
async def database(engines: SimpleNamespace) -> AsyncIterator[AsyncDatabase[Document]]:
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
async def world(engines: SimpleNamespace, database: AsyncDatabase[Document], topic: Topic) -> World:
    world = World(database, engines.kafka.address)
    await ensure_topics(world.bootstrap, [topic, dead_letters(world.service)], 1)
    await world.ensure_indexes()
    return world
