"""The rewards service in this process, what it hears, who asks it, and a look at what it keeps."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi import FastAPI
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.event import Event
from groundswell_kit.health import Health
from groundswell_kit.mongo import Document, transaction
from groundswell_local.engines import Engines
from groundswell_rewards import app as wiring
from groundswell_rewards.audit.queries import AuditQueries, Report
from groundswell_rewards.ledger.rules import Account
from groundswell_rewards.settings import Settings
from tests.integration.rewards.story import BRAND, envelope
from tests.support import service
from tests.support.issuer import LocalIssuer
from tests.support.programs import Program, environment
from tests.support.service import Json


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
        return self.issuer.role_token(role, brand, subject)

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
        token = None if by is None else self.token(by, brand, subject)
        return await service.send(self.client, method, path, body, token=token, key=key)

    async def done(self, method: str, path: str, body: object = None, **how: Any) -> Json:
        """The JSON answer to a request that must succeed."""
        return service.succeeded(await self.send(method, path, body, **how))

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

    @property
    def program(self) -> Program:
        """The service as a process of its own, with the same settings."""
        return Program("groundswell_rewards", environment(self.settings))

    async def forget_everything(self) -> None:
        """Empties the database and leaves its indexes."""
        await service.forget_everything(self.database)

    async def kept(self, *names: str) -> dict[str, list[Document]]:
        """Everything in these collections, or in all: equal as long as nothing changes."""
        return await service.kept(self.database, *names)

    async def events(self) -> list[CloudEvent]:
        """All events in the outbox, in order for each payee."""
        return await service.outbox_of(self.database)

    async def event_names(self) -> list[str]:
        """The classes of all events in the outbox, in order for each payee."""
        return [type(event.data).__name__ for event in await self.events()]


@asynccontextmanager
async def new_world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    """The service with a database of its own, which is dropped at the end."""
    settings = Settings(
        **service.told(engines, issuer),
        rewards_api_port=0,
        rewards_worker_port=0,
    )
    async with service.own_database(settings, "rewards") as database:
        stores = wiring.Stores(database)
        await stores.ensure_indexes()
        app = wiring.create_api(settings, stores, Health("api"))
        async with service.client_of(app) as client:
            yield World(settings, stores, database, app, client, issuer)
