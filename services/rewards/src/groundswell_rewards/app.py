"""The only wiring of the service: settings, clients, stores, commands, routes, handlers, roles."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts import topics
from groundswell_contracts.contests import ContestPublished
from groundswell_contracts.winners import WinnerDeclined, WinnerSelected, WinnerVetoed
from groundswell_kit import roles
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.consumer import EventConsumer
from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.handling import Handlers
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.idempotency import Idempotency
from groundswell_kit.inbox import Inbox
from groundswell_kit.kafka import ensure_topics
from groundswell_kit.mongo import Document, connect, connected
from groundswell_kit.outbox import Outbox
from groundswell_kit.serve import Role
from groundswell_rewards.audit.queries import AuditQueries, Report
from groundswell_rewards.grants.commands import GrantCommands
from groundswell_rewards.grants.handlers import GrantHandlers
from groundswell_rewards.grants.queries import GrantQueries
from groundswell_rewards.grants.routes import GrantRoutes
from groundswell_rewards.grants.store import WinStore
from groundswell_rewards.ledger.queries import LedgerQueries
from groundswell_rewards.ledger.routes import LedgerRoutes
from groundswell_rewards.ledger.store import LedgerStore
from groundswell_rewards.plans.queries import PlanQueries
from groundswell_rewards.plans.store import PlanStore
from groundswell_rewards.settings import Settings
from groundswell_rewards.statements.queries import StatementQueries
from groundswell_rewards.statements.routes import StatementRoutes

SERVICE = "rewards"
SOURCE = "/groundswell/rewards"
TOPICS = (topics.CONTESTS, topics.WINNERS, topics.REWARDS, topics.dead_letters(SERVICE))


class Stores:
    """All that the service keeps, in its own database."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.outbox = Outbox(database, SOURCE)
        self.inbox = Inbox(database)
        self.dead_letters = DeadLetters(database, SERVICE, self.outbox)
        self.idempotency = Idempotency(database)
        self.plans = PlanStore(database)
        self.wins = WinStore(database, self.outbox)
        self.ledger = LedgerStore(database)

    async def ensure_indexes(self) -> None:
        """Makes all indexes; a repeat changes nothing."""
        for store in (
            self.outbox,
            self.inbox,
            self.dead_letters,
            self.idempotency,
            self.wins,
            self.ledger,
        ):
            await store.ensure_indexes()


def create_api(settings: Settings, stores: Stores, health: Health) -> FastAPI:
    """The HTTP application."""
    plans = PlanQueries(stores.plans)
    routes = (
        StatementRoutes(StatementQueries(stores.plans, stores.wins, stores.ledger)),
        GrantRoutes(_grants(stores), GrantQueries(plans, stores.wins), stores.idempotency),
        LedgerRoutes(LedgerQueries(plans, stores.ledger)),
    )
    app = create_app(
        title="Groundswell rewards",
        version="1",
        routers=[capability.router() for capability in routes],
        health=health,
        verifier=TokenVerifier(settings.issuers, local_mode=settings.mode == "local"),
    )
    app.state.cursor_secret = settings.cursor_secret.get_secret_value().encode()
    return app


def event_handlers(stores: Stores) -> Handlers:
    """What the worker does with each event."""
    grants = GrantHandlers(_grants(stores))
    return {
        ContestPublished: grants.on_contest_published,
        WinnerSelected: grants.on_winner_selected,
        WinnerVetoed: grants.on_winner_vetoed,
        WinnerDeclined: grants.on_winner_declined,
    }


def _grants(stores: Stores) -> GrantCommands:
    return GrantCommands(stores.plans, stores.wins, stores.ledger)


def api_role(settings: Settings) -> Role:
    """Serves HTTP. Ready when MongoDB answers."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    health = Health("api")
    app = create_api(settings, Stores(database), health)
    return roles.api(settings.rewards_api_port, database, health, app)


def worker_role(settings: Settings) -> Role:
    """Takes events in and publishes the outbox. Ready when MongoDB and Kafka answer."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    stores = Stores(database)
    health = Health("worker")
    consumer = EventConsumer(
        database,
        settings.kafka_bootstrap,
        SERVICE,
        event_handlers(stores),
        stores.inbox,
        stores.dead_letters,
        health,
    )
    return roles.worker(
        settings.rewards_worker_port, database, settings.kafka_bootstrap, health, [consumer.run]
    )


async def prepare(settings: Settings) -> None:
    """Makes the topics and indexes that are missing; a repeat changes nothing."""
    await ensure_topics(settings.kafka_bootstrap, TOPICS, settings.replication_factor)
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        await Stores(database).ensure_indexes()


async def check(settings: Settings) -> Report:
    """Whether the books are right."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        stores = Stores(database)
        return await AuditQueries(stores.plans, stores.wins, stores.ledger).check()


@asynccontextmanager
async def dead_letters(settings: Settings) -> AsyncIterator[DeadLetters]:
    """The events that the service could not handle."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        yield Stores(database).dead_letters
