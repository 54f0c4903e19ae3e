"""The rewards service in this process, what it hears, who asks it, and a look at what it keeps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent, from_kafka
from groundswell_contracts.event import Event
from groundswell_kit.health import Health
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document, connect, transaction
from groundswell_local.engines import Engines
from groundswell_rewards import app as wiring
from groundswell_rewards.audit.queries import AuditQueries, Report
from groundswell_rewards.ledger.rules import Account
from groundswell_rewards.settings import Settings
from tests.integration.rewards.story import BRAND, envelope
from tests.support.issuer import LocalIssuer

STAFF = {"manager", "editor", "juror", "finance", "auditor", "integrator"}

Json = dict[str, Any]


@dataclass
class World:
    """Requests are made `by` somebody: a role, of a brand if it is staff; None has no token."""

    settings: Settings
    stores: wiring.Stores
    database: AsyncDatabase[Document]
    app: FastAPI
    client: httpx2.AsyncClient
    issuer: LocalIssuer

    async def hear(self, *data: Event, brand: str = BRAND) -> None:
        """Hands events to their handlers, in this order, as the consumer would."""
        for event in data:
            await self.hear_envelope(envelope(event, brand))

    async def hear_envelope(self, event: CloudEvent) -> None:
        """Hands an event to its handler, in a transaction."""
        handler = wiring.event_handlers(self.stores)[type(event.data)]
        await transaction(self.database.client, lambda: handler(event))

    def token(self, role: str, brand: str | None = BRAND, subject: str | None = None) -> str:
        """A token of this role, of a brand if it is one that brands give."""
        return self.issuer.token(
            sub=subject or f"the_{role}",
            roles=[role],
            brand_id=brand if role in STAFF else None,
        )

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        by: str | None = "finance",
        brand: str | None = BRAND,
        subject: str | None = None,
        key: str | None = None,
    ) -> httpx2.Response:
        """One request with a JSON body, and its answer."""
        headers = {
            "Authorization": None if by is None else f"Bearer {self.token(by, brand, subject)}",
            "Idempotency-Key": key,
        }
        sent = {name: value for name, value in headers.items() if value is not None}
        return await self.client.request(method, path, json=body, headers=sent)

    async def done(self, method: str, path: str, body: object = None, **how: Any) -> Json:
        """The JSON answer to a request that must succeed."""
        answer = await self.send(method, path, body, **how)
        assert answer.is_success, answer.text
        document: Json = answer.json()
        return document

    async def statement(self, person: str) -> Json:
        return await self.done("GET", "/v1/statements/me", by="participant", subject=person)

    async def accept(self, reward: Json, **how: Any) -> httpx2.Response:
        """Its payee accepts a reward as they read it."""
        how = {"by": "participant", "subject": reward["payee_id"]} | how
        body = {"terms_hash": reward["terms_hash"]}
        return await self.send("POST", f"/v1/rewards/{reward['id']}/acceptance", body, **how)

    async def decline(self, reward: Json, **how: Any) -> httpx2.Response:
        """Its payee declines a reward."""
        how = {"by": "participant", "subject": reward["payee_id"]} | how
        return await self.send("POST", f"/v1/rewards/{reward['id']}/refusal", **how)

    async def audit(self) -> Report:
        return await AuditQueries(self.stores.plans, self.stores.wins, self.stores.ledger).check()

    async def balances(self) -> dict[tuple[str, str], int]:
        """The balances that are not zero, by account and currency, once the books are right."""
        assert (await self.audit()).findings == []
        kept: dict[Account, int] = await self.stores.ledger.balances()
        return {(a.name, a.currency): amount for a, amount in kept.items() if amount}

    async def forget_everything(self) -> None:
        """Empties the database and leaves its indexes."""
        names = await self.database.list_collection_names()
        await asyncio.gather(*(self.database[name].delete_many({}) for name in names))

    async def kept(self, *names: str) -> dict[str, list[Document]]:
        """Everything in these collections, or in all: equal as long as nothing changes."""
        found = names or await self.database.list_collection_names()
        return {name: await self.database[name].find().sort("_id", 1).to_list() for name in found}

    async def events(self) -> list[CloudEvent]:
        """All events in the outbox, in order for each payee."""
        rows = self.database["outbox"].find().sort([("key", 1), ("sequence", 1)])
        return [
            from_kafka(row["topic"], row["key"], row["value"], [(n, v) for n, v in row["headers"]])
            async for row in rows
        ]

    async def event_names(self) -> list[str]:
        """The classes of all events in the outbox, in order for each payee."""
        return [type(event.data).__name__ for event in await self.events()]


@asynccontextmanager
async def new_world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    """The service with a database of its own, which is dropped at the end."""
    settings = Settings(
        mode="local",
        kafka_bootstrap=engines.kafka.address,
        mongo_uri=engines.mongo.address,
        database_prefix=new_id("test"),
        issuers=[issuer.settings],
        cursor_secret=SecretStr("a secret of the tests, 32 bytes and more"),
        rewards_api_port=0,
        rewards_worker_port=0,
    )
    database = connect(settings.mongo_uri, settings.database("rewards"))
    stores = wiring.Stores(database)
    await stores.ensure_indexes()
    app = wiring.create_api(settings, stores, Health("api"))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://rewards.test") as client:
        yield World(settings, stores, database, app, client, issuer)
    await database.client.drop_database(database.name)
    await database.client.close()
