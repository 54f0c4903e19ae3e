"""The only wiring of the service: settings, clients, stores, commands, routes, handlers, roles."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts import topics
from groundswell_contracts.commitments import CommitmentOverdue, MilestoneReached
from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged, ContestPublished
from groundswell_contracts.ideas import (
    IdeaAnswered,
    IdeaApproved,
    IdeaHeld,
    IdeaMerged,
    IdeaRejected,
    IdeaShortlisted,
    IdeaSubmitted,
    IdeaVotesStayed,
)
from groundswell_contracts.people import MemberInvited, MemberRemoved, PersonErased
from groundswell_contracts.rewards import RewardGranted, RewardOffered, RewardReversed
from groundswell_contracts.staff import ReviewAsked, ScoresAsked, StaffBriefed
from groundswell_contracts.winners import WinnerDeclined, WinnerSelected, WinnerVetoed
from groundswell_kit import roles
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.consumer import EventConsumer
from groundswell_kit.dead_letters import DeadLetters
from groundswell_kit.handling import Handlers
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.inbox import Inbox
from groundswell_kit.kafka import ensure_topics
from groundswell_kit.mongo import Document, connect, connected
from groundswell_kit.outbox import Outbox
from groundswell_kit.serve import Role, Task
from groundswell_kit.turns import take_turns
from groundswell_notifications.audience.commands import AudienceCommands
from groundswell_notifications.audience.queries import AudienceQueries
from groundswell_notifications.audience.routes import AudienceRoutes
from groundswell_notifications.audience.store import AudienceStore, PersonStore
from groundswell_notifications.email.commands import MailCommands
from groundswell_notifications.email.identity import Identity
from groundswell_notifications.email.letters import LetterWriter
from groundswell_notifications.email.routes import UnsubscribeRoutes
from groundswell_notifications.email.sender import MailSender
from groundswell_notifications.inbox.commands import InboxCommands
from groundswell_notifications.inbox.queries import InboxQueries
from groundswell_notifications.inbox.routes import InboxRoutes
from groundswell_notifications.messages.commands import MessageCommands
from groundswell_notifications.messages.handlers import MessageHandlers
from groundswell_notifications.messages.store import BroadcastStore, MessageStore
from groundswell_notifications.settings import Settings

SERVICE = "notifications"
SOURCE = "/groundswell/notifications"
TOPICS = (
    topics.CONTESTS,
    topics.IDEAS,
    topics.WINNERS,
    topics.COMMITMENTS,
    topics.STAFF,
    topics.REWARDS,
    topics.PEOPLE,
    topics.dead_letters(SERVICE),
)

SILENCE_SECONDS = 60.0
BROADCAST_IDLE_SECONDS = 0.3
ERASURE_IDLE_SECONDS = 5.0


class Stores:
    """All that the service keeps, in its own database."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self.outbox = Outbox(database, SOURCE)
        self.inbox = Inbox(database)
        self.dead_letters = DeadLetters(database, SERVICE, self.outbox)
        self.audience = AudienceStore(database)
        self.people = PersonStore(database)
        self.messages = MessageStore(database)
        self.broadcasts = BroadcastStore(database)

    async def ensure_indexes(self) -> None:
        """Makes all indexes; a repeat changes nothing."""
        for store in (
            self.outbox,
            self.inbox,
            self.dead_letters,
            self.audience,
            self.people,
            self.messages,
            self.broadcasts,
        ):
            await store.ensure_indexes()


def create_api(settings: Settings, stores: Stores, health: Health) -> FastAPI:
    """The HTTP application."""
    audience = AudienceCommands(stores.audience, stores.people)
    routes = (
        InboxRoutes(
            InboxCommands(stores.messages), InboxQueries(stores.messages), _public_url(settings)
        ),
        AudienceRoutes(audience, AudienceQueries(stores.audience, stores.people)),
        UnsubscribeRoutes(audience, _link_key(settings)),
    )
    app = create_app(
        title="Groundswell notifications",
        version="1",
        routers=[capability.router() for capability in routes],
        health=health,
        verifier=TokenVerifier(settings.issuers, local_mode=settings.mode == "local"),
    )
    app.state.cursor_secret = settings.cursor_secret.get_secret_value().encode()
    return app


def api_role(settings: Settings) -> Role:
    """Serves HTTP. Ready when MongoDB answers."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    health = Health("api")
    app = create_api(settings, Stores(database), health)
    return roles.api(settings.notifications_api_port, database, health, app)


def worker_role(settings: Settings) -> Role:
    """Takes events in, tells many at once, sends mails. Ready when MongoDB and Kafka answer."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    stores = Stores(database)
    health = Health("worker")
    messages = message_commands(stores)
    consumer = EventConsumer(
        database,
        settings.kafka_bootstrap,
        SERVICE,
        handlers(stores, messages),
        stores.inbox,
        stores.dead_letters,
        health,
    )
    return roles.worker(
        settings.notifications_worker_port,
        database,
        settings.kafka_bootstrap,
        health,
        [
            consumer.run,
            _turns("broadcasts", messages.tell_next_page, BROADCAST_IDLE_SECONDS, health),
            _turns("erasures", messages.settle_next_erasure, ERASURE_IDLE_SECONDS, health),
            _mail_sender(settings, stores, health).run,
        ],
    )


def _turns(
    name: str, work: Callable[[], Awaitable[bool]], idle_seconds: float, health: Health
) -> Task:
    """Does `work` as long as it says that it found some, and looks again after `idle_seconds`."""
    heartbeat = health.heartbeat(name, SILENCE_SECONDS)

    async def turn() -> float:
        return 0.0 if await work() else idle_seconds

    async def run(stop: asyncio.Event) -> None:
        await take_turns(stop, name, turn, heartbeat)

    return run


def message_commands(stores: Stores) -> MessageCommands:
    """Telling people, on these stores."""
    return MessageCommands(
        stores.messages,
        stores.broadcasts,
        AudienceCommands(stores.audience, stores.people),
        AudienceQueries(stores.audience, stores.people),
    )


def handlers(stores: Stores, messages: MessageCommands) -> Handlers:
    """What is done at each event that the service hears."""
    hears = MessageHandlers(messages, AudienceCommands(stores.audience, stores.people))
    return {
        ContestPublished: hears.on_contest_published,
        ContestPhaseChanged: hears.on_contest_phase_changed,
        ContestAmended: hears.on_told,
        MilestoneReached: hears.on_told,
        StaffBriefed: hears.on_told,
        ScoresAsked: hears.on_told,
        ReviewAsked: hears.on_told,
        CommitmentOverdue: hears.on_told,
        IdeaSubmitted: hears.on_idea_submitted,
        IdeaApproved: hears.on_told,
        IdeaRejected: hears.on_told,
        IdeaHeld: hears.on_told,
        IdeaMerged: hears.on_told,
        IdeaVotesStayed: hears.on_told,
        IdeaAnswered: hears.on_told,
        IdeaShortlisted: hears.on_told,
        WinnerVetoed: hears.on_told,
        WinnerSelected: hears.on_told,
        WinnerDeclined: hears.on_told,
        RewardOffered: hears.on_told,
        RewardGranted: hears.on_told,
        RewardReversed: hears.on_told,
        PersonErased: hears.on_person_erased,
        MemberInvited: hears.on_member_invited,
        MemberRemoved: hears.on_member_removed,
    }


def _mail_sender(settings: Settings, stores: Stores, health: Health) -> MailSender:
    identity = Identity(
        str(settings.identity_url).rstrip("/"),
        settings.notifications_client_id,
        settings.notifications_client_secret.get_secret_value(),
    )
    commands = MailCommands(
        stores.messages,
        AudienceQueries(stores.audience, stores.people),
        identity,
        settings.smtp,
        LetterWriter(settings.smtp.sender, _public_url(settings), _link_key(settings)),
    )
    return MailSender(commands, identity, health.heartbeat("mails", SILENCE_SECONDS))


def _public_url(settings: Settings) -> str:
    return str(settings.public_url).rstrip("/")


def _link_key(settings: Settings) -> bytes:
    return settings.notifications_link_key.get_secret_value().encode()


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
