"""The only wiring of the service: settings, clients, stores, commands, routes, handlers, roles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts import topics
from groundswell_contracts.tallies import TallyCertified
from groundswell_ideas.amendments.commands import AmendmentCommands
from groundswell_ideas.amendments.queries import AmendmentQueries
from groundswell_ideas.amendments.routes import AmendmentRoutes
from groundswell_ideas.amendments.store import AmendmentStore
from groundswell_ideas.contests.commands import ContestCommands
from groundswell_ideas.contests.queries import ContestQueries
from groundswell_ideas.contests.routes import ContestRoutes
from groundswell_ideas.contests.store import ContestStore
from groundswell_ideas.moderation.commands import ModerationCommands
from groundswell_ideas.moderation.routes import ModerationRoutes
from groundswell_ideas.selection.commands import TALLY_NOT_CERTIFIED, SelectionCommands
from groundswell_ideas.selection.handlers import SelectionHandlers
from groundswell_ideas.selection.queries import SelectionQueries
from groundswell_ideas.selection.routes import SelectionRoutes
from groundswell_ideas.selection.store import TallyStore
from groundswell_ideas.settings import Settings
from groundswell_ideas.submissions.commands import SubmissionCommands
from groundswell_ideas.submissions.queries import SubmissionQueries
from groundswell_ideas.submissions.routes import SubmissionRoutes
from groundswell_ideas.submissions.store import IdeaStore
from groundswell_kit import roles
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.consumer import EventConsumer
from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.inbox import Inbox
from groundswell_kit.kafka import ensure_topics
from groundswell_kit.mongo import Document, connect, connected
from groundswell_kit.outbox import Outbox
from groundswell_kit.serve import Role

SERVICE = "ideas"
SOURCE = "/groundswell/ideas"
TOPICS = (
    topics.CONTESTS,
    topics.IDEAS,
    topics.TALLIES,
    topics.WINNERS,
    topics.dead_letters(SERVICE),
)

# A shortlist of ten thousand ids takes 340 kB.
MAX_BODY_BYTES = 512 * 1024


class Stores:
    """All that the service keeps, in its own database."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.outbox = Outbox(database, SOURCE)
        self.inbox = Inbox(database)
        self.dead_letters = DeadLetters(database, SERVICE, self.outbox)
        self.idempotency = Idempotency(database)
        self.contests = ContestStore(database, self.outbox)
        self.ideas = IdeaStore(database, self.outbox)
        self.tallies = TallyStore(database)
        self.amendments = AmendmentStore(database)

    async def ensure_indexes(self) -> None:
        """Makes all indexes; a repeat changes nothing."""
        for store in (
            self.outbox,
            self.inbox,
            self.dead_letters,
            self.idempotency,
            self.contests,
            self.ideas,
            self.amendments,
        ):
            await store.ensure_indexes()


def create_api(settings: Settings, stores: Stores, health: Health) -> FastAPI:
    """The HTTP application."""
    idempotency = stores.idempotency
    contests = ContestQueries(stores.contests)
    routes = (
        ContestRoutes(ContestCommands(stores.contests), contests, idempotency),
        SubmissionRoutes(
            SubmissionCommands(contests, stores.ideas),
            SubmissionQueries(contests, stores.ideas),
            idempotency,
        ),
        ModerationRoutes(ModerationCommands(stores.ideas)),
        SelectionRoutes(
            SelectionCommands(stores.contests, stores.ideas, stores.tallies),
            SelectionQueries(contests, stores.ideas, stores.tallies),
            idempotency,
        ),
        AmendmentRoutes(
            AmendmentCommands(stores.contests, stores.ideas, stores.amendments),
            AmendmentQueries(contests, stores.amendments),
            idempotency,
        ),
    )
    app = create_app(
        title="Groundswell ideas",
        version="1",
        routers=[capability.router() for capability in routes],
        health=health,
        verifier=TokenVerifier(settings.issuers, local_mode=settings.mode == "local"),
        problem_types=[TALLY_NOT_CERTIFIED],
        max_body_bytes=MAX_BODY_BYTES,
    )
    app.state.cursor_secret = settings.cursor_secret.get_secret_value().encode()
    return app


def api_role(settings: Settings) -> Role:
    """Serves HTTP. Ready when MongoDB answers."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    health = Health("api")
    app = create_api(settings, Stores(database), health)
    return roles.api(settings.ideas_api_port, database, health, app)


def worker_role(settings: Settings) -> Role:
    """Takes events in and publishes the outbox. Ready when MongoDB and Kafka answer."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    stores = Stores(database)
    health = Health("worker")
    selection = SelectionHandlers(SelectionCommands(stores.contests, stores.ideas, stores.tallies))
    consumer = EventConsumer(
        database,
        settings.kafka_bootstrap,
        SERVICE,
        {TallyCertified: selection.on_tally_certified},
        stores.inbox,
        stores.dead_letters,
        health,
    )
    return roles.worker(
        settings.ideas_worker_port, database, settings.kafka_bootstrap, health, [consumer.run]
    )


async def prepare(settings: Settings) -> None:
    """Makes the topics and indexes that are missing; a repeat changes nothing."""
    await ensure_topics(settings.kafka_bootstrap, TOPICS, settings.replication_factor)
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        await Stores(database).ensure_indexes()


@asynccontextmanager
async def dead_letters(settings: Settings) -> AsyncIterator[DeadLetters]:
    """The events that the service could not handle."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        yield Stores(database).dead_letters
