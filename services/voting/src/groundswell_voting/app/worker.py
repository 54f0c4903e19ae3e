"""Wires the worker: events in, the outbox out, and the state machine of polls."""

from aiokafka import AIOKafkaProducer
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged, ContestPublished
from groundswell_contracts.people import PersonErased
from groundswell_contracts.topics import CONTESTS, PEOPLE, TALLIES, dead_letters
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
from groundswell_voting.control.changes import PendingChanges
from groundswell_voting.control.history import LogHistory
from groundswell_voting.control.life import PollLife
from groundswell_voting.control.machine import PollMachine
from groundswell_voting.control.scribe import Scribe
from groundswell_voting.control.voters import VoterSearch
from groundswell_voting.control.watch import Watch
from groundswell_voting.control.writer import LogWriter
from groundswell_voting.counting.log_ends import LogEnds
from groundswell_voting.counting.projection import Projection
from groundswell_voting.electorate.commands import ErasureCommands
from groundswell_voting.electorate.handlers import ElectorateHandlers
from groundswell_voting.history.commands import HistoryCommands
from groundswell_voting.intake.announcements import LEASE_SECONDS
from groundswell_voting.ladders.commands import LadderCommands
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
    ends = LogEnds(settings.kafka_bootstrap, settings.voting_partitions)
    relay = Relay(database, settings.kafka_bootstrap, lease_holder=new_id("relay"))
    health.add("relay", relay.ready)
    machine = _machine(settings, database, stores, Projection(client), ends, producer, health)
    health.add("polls", machine.ready)
    consumer = _consumer(settings, database, stores, health)

    async def start() -> None:
        await prepare_topics(settings)
        await producer.start()

    async def close() -> None:
        await producer.stop()
        await ends.close()
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


def _machine(
    settings: Settings,
    database: AsyncDatabase[Document],
    stores: Stores,
    projection: Projection,
    ends: LogEnds,
    producer: AIOKafkaProducer,
    health: Health,
) -> PollMachine:
    scribe = _scribe(settings, stores, producer)
    history = HistoryCommands(stores.intervals, projection, settings.voting_partitions)
    ladders = _ladders(settings, stores, projection, scribe)
    certification = _certification(settings, database, stores, projection)
    return PollMachine(
        lease=Lease(database, "polls", new_id("machine")),
        polls=stores.polls,
        history=LogHistory(settings.kafka_bootstrap, stores.archive, settings.voting_partitions),
        life=PollLife(
            polls=stores.polls,
            changes=_changes(stores, ends, scribe),
            scribe=scribe,
            certification=certification,
            tallies=stores.tallies,
            conclusions=[certification.conclude, history.conclude, ladders.conclude],
        ),
        watch=Watch([history.note, ladders.step]),
        heartbeat=health.heartbeat("polls", SILENCE_SECONDS),
    )


def _consumer(
    settings: Settings, database: AsyncDatabase[Document], stores: Stores, health: Health
) -> EventConsumer:
    keys = PassHandlers(ContestKeyCommands(stores.contest_keys))
    polls = PollHandlers(PollCommands(stores.polls, stores.poll_changes))
    people = ElectorateHandlers(ErasureCommands(stores.roll))
    return EventConsumer(
        database,
        settings.kafka_bootstrap,
        SERVICE,
        {
            ContestPublished: keys.on_contest_published,
            ContestPhaseChanged: polls.on_contest_phase_changed,
            ContestAmended: polls.on_contest_amended,
            PersonErased: people.on_person_erased,
        },
        stores.inbox,
        stores.dead_letters,
        health,
    )


def _scribe(settings: Settings, stores: Stores, producer: AIOKafkaProducer) -> Scribe:
    writer = LogWriter(producer, settings.voting_partitions)
    return Scribe(stores.polls, writer, settings.voting_request_deadline_seconds + LEASE_SECONDS)


def _changes(stores: Stores, ends: LogEnds, scribe: Scribe) -> PendingChanges:
    search = VoterSearch(stores.archive, ends, scribe.partitions)
    return PendingChanges(stores.polls, stores.poll_changes, scribe, search)


def _certification(
    settings: Settings, database: AsyncDatabase[Document], stores: Stores, projection: Projection
) -> CertificationCommands:
    return CertificationCommands(
        database.client,
        stores.archive,
        projection,
        stores.tallies,
        stores.attributions,
        stores.polls,
        settings.voting_partitions,
    )


def _ladders(
    settings: Settings, stores: Stores, projection: Projection, scribe: Scribe
) -> LadderCommands:
    return LadderCommands(
        stores.climbs,
        PollCommands(stores.polls, stores.poll_changes),
        stores.poll_changes,
        stores.archive,
        projection,
        settings.voting_partitions,
        scribe.passed,
    )


async def prepare(settings: Settings) -> None:
    """Makes the topics and indexes that are missing; a repeat changes nothing."""
    await prepare_topics(settings)
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        await Stores(settings, database).ensure_indexes()


async def prepare_topics(settings: Settings) -> None:
    """Makes the topics that voting reads and writes. Raises TopicMismatch, or Kafka's errors."""
    topics = [*vote_topics(settings), CONTESTS, PEOPLE, TALLIES, dead_letters(SERVICE)]
    await ensure_topics(settings.kafka_bootstrap, topics, settings.replication_factor)
