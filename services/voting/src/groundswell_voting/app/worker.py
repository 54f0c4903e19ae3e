"""Wires the worker: events in, the outbox out, and the state machine of polls."""

from aiokafka import AIOKafkaProducer
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.contests import ContestPhaseChanged, ContestPublished
from groundswell_contracts.topics import CONTESTS, TALLIES, dead_letters
from groundswell_kit.consumer import EventConsumer
from groundswell_kit.health import Health
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics, new_producer
from groundswell_kit.leases import Lease
from groundswell_kit.mongo import Document, connect, connected
from groundswell_kit.relay import Relay
from groundswell_kit.serve import Role
from groundswell_voting.app import SERVICE
from groundswell_voting.app.clients import redis, vote_topics
from groundswell_voting.app.stores import Stores
from groundswell_voting.certification.commands import CertificationCommands
from groundswell_voting.control.history import LogHistory
from groundswell_voting.control.machine import PollMachine
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.counting.projection import Projection
from groundswell_voting.intake.announcements import LEASE_SECONDS
from groundswell_voting.passes.commands import ContestKeyCommands
from groundswell_voting.passes.handlers import PassHandlers
from groundswell_voting.polls.commands import PollCommands
from groundswell_voting.polls.handlers import PollHandlers
from groundswell_voting.settings import Settings

SILENCE_SECONDS = 60.0


def worker_role(settings: Settings) -> Role:
    """Takes events in, publishes the outbox, moves polls on. Ready when all of it goes on."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    stores = Stores(settings, database)
    health = Health("worker")
    client = redis(settings)
    producer = new_producer(settings.kafka_bootstrap)
    relay = Relay(database, settings.kafka_bootstrap, lease_holder=new_id("relay"))
    health.add("relay", relay.ready)
    machine = _machine(settings, database, stores, Projection(client), producer, health)
    health.add("polls", machine.ready)
    consumer = _consumer(settings, database, stores, health)

    async def start() -> None:
        await prepare_topics(settings)
        await producer.start()

    async def close() -> None:
        await producer.stop()
        await client.aclose()
        await database.client.close()

    return Role(
        name="worker",
        port=settings.voting_worker_port,
        health=health,
        tasks=[consumer.run, relay.run, machine.run],
        start=start,
        close=close,
    )


def _consumer(
    settings: Settings, database: AsyncDatabase[Document], stores: Stores, health: Health
) -> EventConsumer:
    return EventConsumer(
        database,
        settings.kafka_bootstrap,
        SERVICE,
        {
            ContestPublished: PassHandlers(
                ContestKeyCommands(stores.contest_keys)
            ).on_contest_published,
            ContestPhaseChanged: PollHandlers(PollCommands(stores.polls)).on_contest_phase_changed,
        },
        stores.inbox,
        stores.dead_letters,
        health,
    )


def _machine(
    settings: Settings,
    database: AsyncDatabase[Document],
    stores: Stores,
    projection: Projection,
    producer: AIOKafkaProducer,
    health: Health,
) -> PollMachine:
    partitions = settings.voting_partitions
    return PollMachine(
        lease=Lease(database, "polls", new_id("machine")),
        polls=stores.polls,
        history=LogHistory(settings.kafka_bootstrap, stores.archive, partitions),
        writer=LogWriter(producer, partitions),
        certification=CertificationCommands(
            database.client,
            stores.archive,
            projection,
            stores.tallies,
            stores.polls,
            partitions,
        ),
        heartbeat=health.heartbeat("polls", SILENCE_SECONDS),
        announce_seconds=settings.voting_request_deadline_seconds + LEASE_SECONDS,
    )


async def prepare(settings: Settings) -> None:
    """Makes the topics and indexes that are missing; a repeat changes nothing."""
    await prepare_topics(settings)
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        await Stores(settings, database).ensure_indexes()


async def prepare_topics(settings: Settings) -> None:
    """Makes the topics that voting reads and writes. Raises TopicMismatch, or Kafka's errors."""
    topics = [*vote_topics(settings), CONTESTS, TALLIES, dead_letters(SERVICE)]
    await ensure_topics(settings.kafka_bootstrap, topics, settings.replication_factor)
