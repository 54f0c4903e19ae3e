"""The only wiring of the service: settings, clients, stores, commands, routes, tasks, roles."""

from datetime import datetime, timedelta

from fastapi import APIRouter, FastAPI
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts import topics
from groundswell_identity.captures.commands import TOO_MANY_CAPTURES, CaptureCommands
from groundswell_identity.captures.queries import CaptureQueries
from groundswell_identity.captures.routes import CaptureRoutes
from groundswell_identity.captures.store import CaptureStore
from groundswell_identity.keys.commands import KeyCommands
from groundswell_identity.keys.keeper import KeyKeeper
from groundswell_identity.keys.queries import KeyRing
from groundswell_identity.keys.routes import KeyRoutes
from groundswell_identity.keys.store import KeyStore
from groundswell_identity.memberships.commands import MembershipCommands
from groundswell_identity.memberships.queries import MembershipQueries, SystemMachine
from groundswell_identity.memberships.routes import MembershipRoutes
from groundswell_identity.memberships.rules import Machine, Member
from groundswell_identity.memberships.store import BrandStore, ClientStore, MemberStore
from groundswell_identity.people.commands import Erasure, PersonCommands
from groundswell_identity.people.queries import PersonQueries
from groundswell_identity.people.routes import PersonRoutes
from groundswell_identity.people.store import PersonStore
from groundswell_identity.settings import Settings
from groundswell_identity.signin.commands import (
    TOO_MANY_SIGN_INS,
    WRONG_CODE,
    CodeMailCommands,
    SignInCommands,
)
from groundswell_identity.signin.mailer import Mailer
from groundswell_identity.signin.routes import SignInRoutes
from groundswell_identity.signin.store import CodeMailStore, SignInStore
from groundswell_identity.staff.commands import STAFF_SIGN_IN_REFUSED, StaffCommands
from groundswell_identity.staff.oidc import OidcClient
from groundswell_identity.staff.routes import StaffRoutes
from groundswell_identity.staff.store import StaffSignInStore
from groundswell_identity.tokens.commands import TokenCommands
from groundswell_identity.tokens.errors import OAuthError
from groundswell_identity.tokens.routes import (
    REVOCATION_PATH,
    TOKEN_PATH,
    TokenRoutes,
    answer_refusal,
)
from groundswell_identity.tokens.store import FamilyStore
from groundswell_identity.vault import Vault
from groundswell_kit import roles
from groundswell_kit.auth import TokenVerifier
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.kafka import ensure_topics
from groundswell_kit.mongo import Document, connect, connected
from groundswell_kit.outbox import Outbox
from groundswell_kit.serve import Role
from groundswell_kit.settings import SmtpSettings

SERVICE = "identity"
SOURCE = "/groundswell/identity"
TOPICS = (topics.PEOPLE,)

HEARTBEAT_SECONDS = 90.0


class Stores:
    """All that the service keeps, in its own database."""

    def __init__(self, database: AsyncDatabase[Document], settings: Settings) -> None:
        self.vault = Vault(
            settings.identity_master_keys.get_secret_value(),
            settings.identity_address_key.get_secret_value(),
        )
        self.outbox = Outbox(database, SOURCE)
        self.people = PersonStore(database, self.outbox, self.vault)
        self.captures = CaptureStore(database)
        self.brands = BrandStore(database)
        self.members = MemberStore(database, self.outbox, self.vault)
        self.clients = ClientStore(database)
        self.keys = KeyStore(database, self.vault)
        self.families = FamilyStore(database)
        self.sign_ins = SignInStore(database, self.vault)
        self.code_mails = CodeMailStore(database, self.vault)
        self.staff_sign_ins = StaffSignInStore(database, self.vault)

    async def ensure_indexes(self) -> None:
        """Makes all indexes; a repeat changes nothing."""
        for store in (
            self.outbox,
            self.people,
            self.captures,
            self.members,
            self.clients,
            self.families,
            self.sign_ins,
            self.code_mails,
            self.staff_sign_ins,
        ):
            await store.ensure_indexes()

    def membership_commands(self) -> MembershipCommands:
        """What can be done with brands."""
        return MembershipCommands(self.brands, self.members, self.clients, self.vault)

    def key_commands(self, settings: Settings) -> KeyCommands:
        """What can be done with signing keys."""
        return KeyCommands(self.keys, timedelta(days=settings.identity_key_days))


def create_api(settings: Settings, stores: Stores, health: Health) -> FastAPI:
    """The HTTP application."""
    ring = KeyRing(stores.keys)
    health.add("keys", ring.ready)
    verifier = TokenVerifier(
        settings.issuers,
        local_mode=settings.mode == "local",
        own_keys={settings.identity_issuer: ring},
    )
    app = create_app(
        title="Groundswell identity",
        version="1",
        routers=_routers(settings, stores, ring),
        health=health,
        verifier=verifier,
        problem_types=[
            WRONG_CODE,
            TOO_MANY_SIGN_INS,
            TOO_MANY_CAPTURES,
            STAFF_SIGN_IN_REFUSED,
        ],
        form_paths=[TOKEN_PATH, REVOCATION_PATH],
    )
    app.add_exception_handler(OAuthError, answer_refusal)
    app.state.cursor_secret = settings.cursor_secret.get_secret_value().encode()
    return app


def _routers(settings: Settings, stores: Stores, ring: KeyRing) -> list[APIRouter]:
    vault = stores.vault
    members = stores.membership_commands()
    machines = _system_machines(settings, vault)
    memberships = MembershipQueries(stores.brands, stores.members, stores.clients, vault, machines)
    known = PersonQueries(stores.people)
    tokens = TokenCommands(
        settings.identity_issuer, ring, stores.families, known, memberships, vault
    )
    people = PersonCommands(stores.people, vault)
    sign_ins = SignInCommands(stores.sign_ins, stores.code_mails, people, tokens, vault)
    erasure = Erasure(stores.people, (sign_ins.forget, tokens.forget))
    providers = {idp.name: OidcClient(idp) for idp in settings.identity_oidc_providers}
    staff = StaffCommands(stores.staff_sign_ins, members, tokens, providers)
    routes = (
        PersonRoutes(people, erasure, known),
        CaptureRoutes(CaptureCommands(stores.captures, people), CaptureQueries(stores.captures)),
        SignInRoutes(sign_ins),
        StaffRoutes(staff),
        TokenRoutes(tokens),
        MembershipRoutes(members, memberships),
        KeyRoutes(ring),
    )
    return [capability.router() for capability in routes]


def _system_machines(settings: Settings, vault: Vault) -> dict[str, SystemMachine]:
    return {
        client.client_id: SystemMachine(
            Machine(client.client_id, None, tuple(client.scopes)),
            vault.mark("client secret", client.secret.get_secret_value()),
        )
        for client in settings.identity_system_clients
    }


def api_role(settings: Settings) -> Role:
    """Serves HTTP. Ready when MongoDB answers and there is a key to sign with."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    health = Health("api")
    app = create_api(settings, Stores(database, settings), health)
    return roles.api(settings.identity_api_port, database, health, app)


def worker_role(settings: Settings) -> Role:
    """Mails codes, publishes the outbox, keeps the keys. Ready when MongoDB and Kafka answer."""
    database = connect(settings.mongo_uri, settings.database(SERVICE))
    stores = Stores(database, settings)
    health = Health("worker")
    mails = CodeMailCommands(stores.code_mails, stores.vault, SmtpSettings())
    mailer = Mailer(mails, health.heartbeat("mailer", HEARTBEAT_SECONDS))
    keeper = KeyKeeper(stores.key_commands(settings), health.heartbeat("keys", HEARTBEAT_SECONDS))
    return roles.worker(
        settings.identity_worker_port,
        database,
        settings.kafka_bootstrap,
        health,
        [mailer.run, keeper.run],
    )


async def prepare(settings: Settings) -> None:
    """Makes the topics, indexes and first key that are missing; a repeat changes nothing."""
    await ensure_topics(settings.kafka_bootstrap, TOPICS, settings.replication_factor)
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        stores = Stores(database, settings)
        await stores.ensure_indexes()
        await stores.key_commands(settings).keep()


async def rotate_keys(settings: Settings) -> datetime:
    """Makes the next signing key now, and says from when it signs; a repeat makes no other."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        return await Stores(database, settings).key_commands(settings).rotate()


async def add_brand(settings: Settings, brand_id: str, name: str, manager_email: str) -> Member:
    """Founds a brand unless there is one of this id, and invites a manager; a repeat is safe."""
    async with connected(settings.mongo_uri, settings.database(SERVICE)) as database:
        commands = Stores(database, settings).membership_commands()
        await commands.ensure(brand_id, name)
        return await commands.invite(brand_id, manager_email, ["manager"])
