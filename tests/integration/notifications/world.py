"""The notifications service in this process, those who use it, and a look at what it keeps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic import AnyHttpUrl, SecretStr
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_kit.health import Health
from groundswell_kit.mongo import Document, transaction
from groundswell_kit.settings import SmtpSettings
from groundswell_local.engines import Engines
from groundswell_notifications import app as wiring
from groundswell_notifications.settings import Settings
from tests.integration.notifications.mailbox import Mailbox
from tests.integration.notifications.standing_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityStandIn,
    address_of,
)
from tests.support import service
from tests.support.issuer import LocalIssuer
from tests.support.programs import Program, environment
from tests.support.service import Json
from tests.support.topics import publish

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
        return await service.send(self.client, method, path, body, token=token)

    async def done(
        self, method: str, path: str, body: object = None, *, by: str | None, **claims: Any
    ) -> Json:
        """The JSON answer to a request that must succeed."""
        return service.succeeded(await self.send(method, path, body, by=by, **claims))

    async def inbox(self, person_id: str, **claims: Any) -> list[Json]:
        """A person's messages, newest first."""
        page = await self.done("GET", "/v1/inbox?limit=100", by=person_id, **claims)
        items: list[Json] = page["items"]
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
        """Everything in these collections, or in all: equal as long as nothing changes."""
        return await service.kept(self.database, *names)

    @property
    def program(self) -> Program:
        """The service as a process of its own, with the same settings."""
        return Program("groundswell_notifications", environment(self.settings))

    async def forget_everything(self) -> None:
        """Empties the database and leaves its indexes."""
        await service.forget_everything(self.database)


@asynccontextmanager
async def new_world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    """The service with a database of its own, which is dropped at the end."""
    mailbox, identity = Mailbox(), IdentityStandIn()
    await mailbox.start()
    await identity.start()
    settings = Settings(
        **service.told(engines, issuer),
        notifications_api_port=0,
        notifications_worker_port=0,
        public_url=AnyHttpUrl(PUBLIC_URL),
        identity_url=AnyHttpUrl(identity.url),
        notifications_client_id=CLIENT_ID,
        notifications_client_secret=SecretStr(CLIENT_SECRET),
        notifications_link_key=SecretStr("a link key of the tests, 32 bytes and more"),
        smtp=SmtpSettings(port=mailbox.port, security="none", sender="hello@example.org"),
    )
    async with service.own_database(settings, "notifications") as database:
        stores = wiring.Stores(database)
        await stores.ensure_indexes()
        app = wiring.create_api(settings, stores, Health("api"))
        async with service.client_of(app) as client:
            yield World(settings, stores, database, client, issuer, mailbox, identity)
    await mailbox.stop()
    await identity.stop()
