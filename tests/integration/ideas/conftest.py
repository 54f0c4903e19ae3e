"""The ideas service on real engines, with a database of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest
from pydantic import SecretStr

from groundswell_ideas import app as wiring
from groundswell_ideas.settings import Settings
from groundswell_kit.health import Health
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics
from groundswell_kit.mongo import connect
from tests.integration.ideas.world import World
from tests.support.issuer import LocalIssuer


@pytest.fixture(scope="session")
def engines() -> SimpleNamespace:
    address = SimpleNamespace
    return SimpleNamespace(
        kafka=address(address="127.0.0.1:29392"),
        mongo=address(address="mongodb://127.0.0.1:27391/?replicaSet=rs0&directConnection=true"),
    )


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> LocalIssuer:
    return LocalIssuer(Path(tmp_path_factory.mktemp("issuer")))


@pytest.fixture
def settings(engines: SimpleNamespace, issuer: LocalIssuer) -> Settings:
    return Settings(
        mode="local",
        kafka_bootstrap=engines.kafka.address,
        mongo_uri=engines.mongo.address,
        database_prefix=new_id("test"),
        issuers=[issuer.settings],
        cursor_secret=SecretStr("a secret of the tests, 32 bytes and more"),
        ideas_api_port=0,
        ideas_worker_port=0,
    )


@pytest.fixture(scope="session")
async def topics(engines: SimpleNamespace) -> None:
    await ensure_topics(engines.kafka.address, wiring.TOPICS, 1)


@pytest.fixture
async def world(settings: Settings, issuer: LocalIssuer) -> AsyncIterator[World]:
    database = connect(settings.mongo_uri, settings.database("ideas"))
    stores = wiring.Stores(database)
    await stores.ensure_indexes()
    app = wiring.create_api(settings, stores, Health("api"))
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://ideas.test") as client:
        yield World(settings, database, app, client, issuer)
    await database.client.drop_database(database.name)
    await database.client.close()
