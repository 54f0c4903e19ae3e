"""The notifications service in this process, those who use it, and a look at what it keeps."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic import AnyHttpUrl, SecretStr
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_kit.health import Health
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document, connect, transaction
from groundswell_kit.serve import Role
from groundswell_kit.settings import SmtpSettings
from groundswell_local.engines import Engines
from groundswell_notifications import app as wiring
from groundswell_notifications.settings import Settings
from tests.integration.notifications.events import WAIT_SECONDS, publish
from tests.integration.notifications.mailbox import Mailbox
from tests.integration.notifications.standing_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityStandIn,
    address_of,
)
from tests.support.issuer import LocalIssuer

Json = dict[str, Any]
STOP_SECONDS = 12
PUBLIC_URL = "http://groundswell.test"


@dataclass
class World:
    """Requests are made `by` a person; None has no token."""

    settings: Settings
    stores: wiring.Stores
    database: AsyncDatabase[Document]
    client: httpx2.AsyncClient
    issuer: LocalIssuer
    mailbox: Mailbox
    identity: IdentityStandIn

    async def send(
        self, method: str, path: str, body: object = None, *, by: str | None, **claims: Any
    ) -> httpx2.Response:
        """One request with a JSON body, and its answer."""
        token = None if by is None else self.issuer.token(sub=by, **claims)
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return await self.client.request(method, path, json=body, headers=headers)

    async def done(self, method: str, path: str, body: object = None, *, by: str | None) -> Json:
        """The JSON answer to a request that must succeed."""
        answer = await self.send(method, path, body, by=by)
        assert answer.is_success, answer.text
        document: Json = answer.json() if answer.content else {}
        return document

    async def inbox(self, person_id: str) -> list[Json]:
        """A person's messages, newest first."""
        items: list[Json] = (await self.done("GET", "/v1/inbox?limit=100", by=person_id))["items"]
        return items

    async def kinds(self, person_id: str) -> list[str]:
        """The kinds of a person's messages, sorted."""
        return sorted(item["kind"] for item in await self.inbox(person_id))

    async def publish(self, *events: CloudEvent) -> None:
        await publish(self.settings.kafka_bootstrap, *events)

    async def hear(self, *events: CloudEvent) -> None:
        """Handles events as the consumer would, without Kafka between."""
        table = wiring.handlers(self.stores, wiring.message_commands(self.stores))

        async def take(event: CloudEvent) -> None:
            if await self.stores.inbox.take(event):
                await table[type(event.data)](event)

        for event in events:
            await transaction(self.database.client, lambda event=event: take(event))  # type: ignore[misc]

    async def tell_all(self) -> None:
        """Takes every page of a broadcast that is due now."""
        commands = wiring.message_commands(self.stores)
        while await commands.tell_next_page():
            pass

    async def mail_states(self) -> dict[str, int]:
        """How many mails are in which state."""
        groups = await self.database["messages"].aggregate(
            [{"$group": {"_id": "$mail.state", "n": {"$sum": 1}}}]
        )
        return {row["_id"]: row["n"] async for row in groups}

    def mails_to(self, person_id: str) -> list[str]:
        """The subjects of the mails that a person got, sorted."""
        return sorted(str(mail["Subject"]) for mail in self.mailbox.of(address_of(person_id)))

    async def kept(self, *names: str) -> dict[str, list[Document]]:
        """Everything in these collections: equal as long as nothing changes."""
        return {name: await self.database[name].find().sort("_id", 1).to_list() for name in names}

    async def forget_everything(self) -> None:
        """Empties the database and leaves its indexes."""
        names = await self.database.list_collection_names()
        await asyncio.gather(*(self.database[name].delete_many({}) for name in names))


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = WAIT_SECONDS) -> None:
    """Waits until it holds; a TimeoutError when it does not come to that."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what others keep has no event
            await asyncio.sleep(0.05)


@asynccontextmanager
async def new_world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    """The service with a database of its own, which is dropped at the end."""
    mailbox, identity = Mailbox(), IdentityStandIn()
    await mailbox.start()
    await identity.start()
    settings = Settings(
        mode="local",
        kafka_bootstrap=engines.kafka.address,
        mongo_uri=engines.mongo.address,
        database_prefix=new_id("test"),
        issuers=[issuer.settings],
        cursor_secret=SecretStr("a secret of the tests, 32 bytes and more"),
        notifications_api_port=0,
        notifications_worker_port=0,
        public_url=AnyHttpUrl(PUBLIC_URL),
        identity_url=AnyHttpUrl(identity.url),
        notifications_client_id=CLIENT_ID,
        notifications_client_secret=SecretStr(CLIENT_SECRET),
        notifications_link_key=SecretStr("a link key of the tests, 32 bytes and more"),
        smtp=SmtpSettings(port=mailbox.port, security="none", sender="hello@example.org"),
    )
    database = connect(settings.mongo_uri, settings.database("notifications"))
    stores = wiring.Stores(database)
    await stores.ensure_indexes()
    app = wiring.create_api(settings, stores, Health("api"))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://notes.test") as client:
        yield World(settings, stores, database, client, issuer, mailbox, identity)
    await database.client.drop_database(database.name)
    await database.client.close()
    await mailbox.stop()
    await identity.stop()


@asynccontextmanager
async def running(role: Role) -> AsyncIterator[Role]:
    """The tasks of a role once it is ready, stopped at the end as `serve` would.

    A consumer of aiokafka that is stopped before it has joined leaves a socket behind.
    """
    stop = asyncio.Event()
    tasks = [asyncio.ensure_future(task(stop)) for task in role.tasks]
    try:
        await until(lambda: is_ready(role))
        yield role
    finally:
        stop.set()
        async with asyncio.timeout(10):
            await asyncio.gather(*tasks)
        await role.close()


async def is_ready(role: Role, *, ready: bool = True) -> bool:
    return (await role.health.ready() == {}) is ready


def environment(settings: Settings) -> dict[str, str]:
    """What a supervisor would set."""
    issuers = [issuer.model_dump(mode="json", exclude_none=True) for issuer in settings.issuers]
    told = {
        "MODE": "local",
        "KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
        "MONGO_URI": settings.mongo_uri,
        "DATABASE_PREFIX": settings.database_prefix,
        "ISSUERS": json.dumps(issuers),
        "CURSOR_SECRET": settings.cursor_secret.get_secret_value(),
        "NOTIFICATIONS_API_PORT": "0",
        "NOTIFICATIONS_WORKER_PORT": "0",
        "PUBLIC_URL": str(settings.public_url),
        "IDENTITY_URL": str(settings.identity_url),
        "NOTIFICATIONS_CLIENT_ID": settings.notifications_client_id,
        "NOTIFICATIONS_CLIENT_SECRET": settings.notifications_client_secret.get_secret_value(),
        "NOTIFICATIONS_LINK_KEY": settings.notifications_link_key.get_secret_value(),
        "SMTP_PORT": str(settings.smtp.port),
        "SMTP_SECURITY": settings.smtp.security,
        "SMTP_SENDER": settings.smtp.sender,
    }
    return {**os.environ, **{f"GROUNDSWELL_{name}": value for name, value in told.items()}}


@asynccontextmanager
async def process(settings: Settings, *arguments: str, log: Any = PIPE) -> AsyncIterator[Process]:
    """The service's own program with these arguments, stopped at the end if it still runs."""
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "groundswell_notifications", *arguments),
        env=environment(settings),
        stdout=log,
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await started.communicate()
        finally:
            if started.returncode is None:
                started.kill()
