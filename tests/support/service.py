"""A service in this process, with a database of its own on the shared engines; for `World`s."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client import REGISTRY
from pydantic import SecretStr
from pymongo.asynchronous.database import AsyncDatabase

from groundswell_contracts.cloudevents import CloudEvent, from_kafka
from groundswell_kit.ids import new_id
from groundswell_kit.mongo import Document, connected
from groundswell_kit.serve import Role
from groundswell_kit.settings import EngineSettings
from groundswell_local.engines import Engines
from tests.support.issuer import LocalIssuer

WAIT_SECONDS = 45
STOP_SECONDS = 25

Json = dict[str, Any]


def told(engines: Engines, issuer: LocalIssuer) -> dict[str, Any]:
    """What every service is told: where the engines are, whom to trust, a database of its own."""
    return {
        "mode": "local",
        "kafka_bootstrap": engines.kafka.address,
        "mongo_uri": engines.mongo.address,
        "database_prefix": new_id("test"),
        "issuers": [issuer.settings],
        "cursor_secret": SecretStr("a secret of the tests, 32 bytes and more"),
    }


@asynccontextmanager
async def own_database(
    settings: EngineSettings, service: str
) -> AsyncIterator[AsyncDatabase[Document]]:
    """The service's database, which is dropped at the end."""
    async with connected(settings.mongo_uri, settings.database(service)) as database:
        yield database
        await database.client.drop_database(database.name)


def client_of(app: FastAPI) -> httpx2.AsyncClient:
    """Sends requests to an app without a socket between."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://service.test"
    )


async def send(
    client: httpx2.AsyncClient,
    method: str,
    path: str,
    body: object = None,
    *,
    token: str | None = None,
    if_match: str | None = None,
    key: str | None = None,
) -> httpx2.Response:
    """One request with a JSON body, and its answer."""
    headers = {
        "Authorization": None if token is None else f"Bearer {token}",
        "If-Match": if_match,
        "Idempotency-Key": key,
    }
    sent = {name: value for name, value in headers.items() if value is not None}
    return await client.request(method, path, json=body, headers=sent)


def succeeded(answer: httpx2.Response) -> Json:
    """The JSON of an answer that must be a success."""
    assert answer.is_success, answer.text
    document: Json = {} if answer.status_code == httpx2.codes.NO_CONTENT else answer.json()
    return document


def routes_of_app(app: FastAPI) -> set[tuple[str, str]]:
    """All routes that an app answers, also those that its OpenAPI document leaves out."""
    return {
        (method, str(context.path))
        for context in iter_route_contexts(app.routes)
        for method in (context.methods or set()) - {"HEAD"}
    }


async def kept(database: AsyncDatabase[Document], *names: str) -> dict[str, list[Document]]:
    """Everything in these collections, or in all: equal as long as nothing changes."""
    found = names or await database.list_collection_names()
    return {name: await database[name].find().sort("_id", 1).to_list() for name in found}


async def forget_everything(database: AsyncDatabase[Document], but: str = "") -> None:
    """Empties the database, but for one collection, and leaves its indexes."""
    names = set(await database.list_collection_names()) - {but}
    await asyncio.gather(*(database[name].delete_many({}) for name in names))


async def outbox_of(database: AsyncDatabase[Document]) -> list[CloudEvent]:
    """All events in the outbox, in order for each topic and key."""
    rows = database["outbox"].find().sort([("topic", 1), ("key", 1), ("sequence", 1)])
    return [
        from_kafka(row["topic"], row["key"], row["value"], [(n, v) for n, v in row["headers"]])
        async for row in rows
    ]


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
        async with asyncio.timeout(STOP_SECONDS):
            await asyncio.gather(*tasks)
        await role.close()


async def is_ready(role: Role, *, ready: bool = True) -> bool:
    """Whether the role is ready, or whether it is not."""
    return (await role.health.ready() == {}) is ready


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = WAIT_SECONDS) -> None:
    """Waits until it holds; a TimeoutError when it does not come to that."""
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - what others keep has no event
            await asyncio.sleep(0.05)


def handled(outcome: str) -> float:
    """How many events this process has brought to this end."""
    return sum(
        sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == "groundswell_events_handled_total" and sample.labels["outcome"] == outcome
    )


async def until_handled(outcome: str, count: float) -> None:
    """Waits until so many events have come to this end."""
    async with asyncio.timeout(WAIT_SECONDS):
        while handled(outcome) < count:  # noqa: ASYNC110 - a metric has no event
            await asyncio.sleep(0.05)
