"""Voting on real engines: logs under topics of their own, and one installation for the session."""

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiokafka import AIOKafkaProducer
from cryptography.fernet import Fernet
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

from groundswell_contracts.topics import VOTES, Topic
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics, new_producer
from groundswell_kit.mongo import Document, connect
from groundswell_local.engines import Engines
from groundswell_voting.app.worker import prepare
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.counting.projection import Projection
from groundswell_voting.settings import Settings
from tests.integration.voting.installation import Voting
from tests.integration.voting.world import PATIENCE_SECONDS, Log
from tests.support.issuer import LocalIssuer

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
    async with Redis.from_url(engines.redis.address, socket_timeout=PATIENCE_SECONDS) as patient:
        await patient.flushdb()
    client: Redis = Redis.from_url(engines.redis.address)
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


@pytest.fixture(scope="session")
async def settings(engines: Engines, issuer: LocalIssuer) -> Settings:
    """One installation for the session: its votes log and its database belong together."""
    settings = Settings(
        mode="local",
        kafka_bootstrap=engines.kafka.address,
        mongo_uri=engines.mongo.address,
        redis_url=engines.redis.address,
        database_prefix=new_id("test"),
        issuers=[issuer.settings],
        cursor_secret=SecretStr("a secret of the tests, 32 bytes and more"),
        voting_api_port=0,
        voting_ballot_box_port=0,
        voting_counter_port=0,
        voting_archiver_port=0,
        voting_worker_port=0,
        voting_request_deadline_seconds=3.5,
        voting_pass_keys=SecretStr(f"k1:{_key(1)},k2:{_key(2)}"),
        voting_receipt_key=SecretStr(_key(3)),
        voting_master_keys=SecretStr(Fernet.generate_key().decode()),
    )
    await prepare(settings)
    return settings


@pytest.fixture(scope="session")
def votes_log(settings: Settings, producer: AIOKafkaProducer) -> Log:
    """The votes log of the installation."""
    return Log(settings.kafka_bootstrap, VOTES.name, settings.voting_partitions, producer)


@pytest.fixture(scope="session")
def writer(settings: Settings, producer: AIOKafkaProducer) -> LogWriter:
    return LogWriter(producer, settings.voting_partitions)


@pytest.fixture
async def voting(
    settings: Settings, redis: Redis, votes_log: Log, writer: LogWriter
) -> AsyncIterator[Voting]:
    """The installation, with nothing running."""
    database = connect(settings.mongo_uri, settings.database("voting"))
    voting = Voting(settings, database, redis, votes_log, writer)
    yield voting
    await voting.ends.close()
    await database.client.close()


def _key(number: int) -> str:
    return urlsafe_b64encode(bytes([number]) * 32).decode()
