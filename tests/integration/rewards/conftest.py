"""The rewards service on real engines, with an empty database for each test."""

from collections.abc import AsyncIterator

import pytest

from groundswell_kit.kafka import ensure_topics
from groundswell_local.engines import Engines
from groundswell_rewards.app import TOPICS
from tests.integration.rewards.world import World, new_world
from tests.support.issuer import LocalIssuer


@pytest.fixture(scope="session")
async def topics(engines: Engines) -> None:
    await ensure_topics(engines.kafka.address, TOPICS, 1)


@pytest.fixture(scope="session")
async def one_world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    async with new_world(engines, issuer) as world:
        yield world


@pytest.fixture
async def world(one_world: World) -> World:
    """The service with nothing in its database. Indexes are made once: they take longer."""
    await one_world.forget_everything()
    return one_world
