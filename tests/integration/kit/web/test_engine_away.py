"""While MongoDB is away, requests that need it get 503 and succeed when sent again later."""

import asyncio
from collections.abc import AsyncIterator

import httpx2
import pytest
from fastapi import APIRouter

from groundswell_kit.auth import TokenVerifier
from groundswell_kit.health import Health
from groundswell_kit.http import create_app
from groundswell_kit.mongo import connect, transaction
from groundswell_local.engines import Engines


@pytest.fixture
async def client(engines: Engines) -> AsyncIterator[httpx2.AsyncClient]:
    database = connect(engines.mongo.address, "test_engine_away")
    router = APIRouter()

    @router.get("/v1/count")
    async def count() -> int:
        return await database["things"].count_documents({})

    @router.post("/v1/things")
    async def make() -> None:
        async def insert() -> None:
            await database["things"].insert_one({"title": "a"})

        await transaction(database.client, insert)

    @router.get("/v1/twice")
    async def make_twice() -> None:
        for _ in range(2):
            await database["things"].insert_one({"_id": "one"})

    health = Health("api")

    async def ping() -> None:
        await database.command("ping")

    health.add("mongo", ping)
    app = create_app(
        title="Away", version="1", routers=[router], health=health, verifier=TokenVerifier([])
    )
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://api.test") as client:
        yield client
    await database.client.drop_database(database.name)
    await database.client.close()


async def test_what_needs_mongo_is_503_until_it_is_back(
    engines: Engines, client: httpx2.AsyncClient
) -> None:
    assert (await client.post("/v1/things")).status_code == 200
    await engines.mongo.kill()
    try:
        paths = client.get("/v1/count"), client.post("/v1/things"), client.get("/readyz")
        read, written, ready = await asyncio.gather(*paths)
        for refused in (read, written):
            assert refused.status_code == 503
            assert refused.json()["type"] == "/problems/unavailable"
            assert int(refused.headers["retry-after"]) >= 1
            assert "127.0.0.1" not in refused.text
        assert (ready.status_code, set(ready.json()["failing"])) == (503, {"mongo"})
        assert (await client.get("/healthz")).status_code == 200
    finally:
        await engines.mongo.start()
    assert (await client.post("/v1/things")).status_code == 200
    assert (await client.get("/v1/count")).json() == 2
    assert (await client.get("/readyz")).status_code == 200


async def test_an_error_of_ours_is_no_absence(client: httpx2.AsyncClient) -> None:
    refused = await client.get("/v1/twice")
    assert refused.status_code == 500
    assert refused.json()["type"] == "/problems/internal"
