"""The only wiring of the site: settings, clients, the session store, routes, the role."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from cryptography.fernet import Fernet, MultiFernet
from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from pymongo.errors import PyMongoError

from groundswell_kit.health import Health, health_app
from groundswell_kit.middleware import Observe
from groundswell_kit.mongo import connect, connected, probe
from groundswell_kit.serve import Role
from groundswell_kit.streams import EventStreams
from groundswell_web.account.routes import AccountRoutes
from groundswell_web.answers import Service
from groundswell_web.contests.commands import ContestCommands
from groundswell_web.contests.queries import ContestQueries
from groundswell_web.contests.routes import ContestRoutes
from groundswell_web.contests.standings import StandingsPieces
from groundswell_web.decisions.routes import DecisionRoutes
from groundswell_web.entries.commands import EntryCommands
from groundswell_web.entries.routes import EntryRoutes
from groundswell_web.entries.taking import Taking
from groundswell_web.file_forms import FileForms
from groundswell_web.guard import SecureHeaders, ShowBroken
from groundswell_web.ideas.card_routes import CardRoutes
from groundswell_web.ideas.commands import IdeaCommands
from groundswell_web.ideas.queries import IdeaQueries
from groundswell_web.ideas.report_routes import ReportRoutes
from groundswell_web.ideas.routes import IdeaRoutes
from groundswell_web.inbox.routes import InboxRoutes
from groundswell_web.media.routes import MediaRoutes
from groundswell_web.pages import Pages
from groundswell_web.rewards.routes import RewardRoutes
from groundswell_web.services import Services
from groundswell_web.sessions.commands import SessionCommands
from groundswell_web.sessions.routes import SignInRoutes
from groundswell_web.sessions.store import SessionStore
from groundswell_web.sessions.visitors import Cookies
from groundswell_web.settings import Settings
from groundswell_web.submissions.queries import SubmissionQueries
from groundswell_web.troubles import Troubles
from groundswell_web.uploads.commands import UploadCommands
from groundswell_web.voting.commands import VotingCommands
from groundswell_web.voting.queries import VotingQueries
from groundswell_web.voting.routes import VotingRoutes

SERVICE = "web"

# Metrics and logs are ours; the framework's own would measure the same once more.
_NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)


class Routes(Protocol):
    """The routes of a capability."""

    def router(self) -> APIRouter:
        """All of them."""
        ...


def create_site(
    settings: Settings,
    services: Services,
    store: SessionStore,
    health: Health,
    streams: EventStreams,
) -> FastAPI:
    """The application: pages, whatever happens. Whoever ends it ends `streams` first."""
    pages = Pages()
    troubles = Troubles(pages)
    cookies = Cookies(settings.secure)
    sessions = SessionCommands(store, services, _cipher(settings))
    app = FastAPI(openapi_url=None, redirect_slashes=False, telemetry=_NO_TELEMETRY)
    app.state.sessions = sessions
    app.state.cookies = cookies
    app.state.public_url = settings.public_url
    troubles.install(app)
    app.add_exception_handler(PyMongoError, troubles.sessions_away)
    # The last one added is the outermost.
    app.add_middleware(ShowBroken, page=troubles.broken)
    app.add_middleware(SecureHeaders, secure=settings.secure)
    app.add_middleware(Observe)
    app.add_middleware(lambda inner: health_app(health, inner))
    routes: tuple[Routes, ...] = (
        pages,
        SignInRoutes(sessions, pages, cookies),
        AccountRoutes(services, sessions, pages, cookies),
        InboxRoutes(services, pages, settings.public_url),
        RewardRoutes(services, pages),
        VotingRoutes(VotingCommands(services, sessions)),
        *_of_contests(settings, services, pages, streams),
    )
    for capability in routes:
        app.include_router(capability.router())
    return app


def _of_contests(
    settings: Settings, services: Services, pages: Pages, streams: EventStreams
) -> Sequence[Routes]:
    submissions = SubmissionQueries(services)
    contests = ContestQueries(services, VotingQueries(services), submissions)
    ideas, acts = IdeaQueries(services, contests, submissions), IdeaCommands(services)
    taking = Taking(contests, EntryCommands(services), UploadCommands(services))
    forms = FileForms(settings.web_scratch, asyncio.Semaphore(settings.web_file_forms))
    pieces = StandingsPieces(contests, pages)
    return (
        MediaRoutes(services),
        CardRoutes(services),
        ContestRoutes(contests, ContestCommands(services), pages, pieces, streams),
        DecisionRoutes(services, contests, pages),
        EntryRoutes(taking, forms, pages),
        IdeaRoutes(ideas, acts, pages),
        ReportRoutes(ideas, acts, pages),
    )


def api_role(settings: Settings) -> Role:
    """Serves the pages. Ready when MongoDB answers."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    services = services_of(settings)
    health = Health("api")
    health.add("mongodb", probe(database))
    streams = EventStreams(settings.web_streams)

    async def close() -> None:
        await services.close()
        await database.client.close()

    return Role(
        name="api",
        port=settings.web_api_port,
        health=health,
        app=create_site(settings, services, SessionStore(database), health, streams),
        start=services.open,
        end_streams=streams.end,
        close=close,
    )


def services_of(settings: Settings) -> Services:
    """The services at the addresses of the settings."""
    return Services(
        {
            Service.IDEAS: [settings.ideas_url],
            Service.VOTING: [settings.voting_url],
            Service.BALLOT_BOX: settings.ballot_box_urls,
            Service.NOTIFICATIONS: [settings.notifications_url],
            Service.REWARDS: [settings.rewards_url],
            Service.IDENTITY: [settings.identity_url],
        }
    )


async def prepare(settings: Settings) -> None:
    """Makes the indexes that are missing; a repeat changes nothing."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        await SessionStore(database).ensure_indexes()


def _cipher(settings: Settings) -> MultiFernet:
    keys = settings.web_session_keys.get_secret_value().split(",")
    return MultiFernet([Fernet(key.strip()) for key in keys])
