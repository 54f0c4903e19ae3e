"""The rewards service on real engines, with an empty database for each test."""

from collections.abc import AsyncIterator

import pytest

from groundswell_kit.kafka import ensure_topics
from groundswell_local.engines import Engines
from groundswell_rewards.app import SERVICE, TOPICS
from tests.integration.rewards.world import World, new_world
from tests.support.issuer import LocalIssuer
from tests.support.topics import skip_to_end


@pytest.fixture(scope="session")
async def one_world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    async with new_world(engines, issuer) as world:
        yield world


@pytest.fixture
async def world(one_world: World) -> World:
    """The service with nothing in its database. Indexes are made once: they take longer."""
    await one_world.forget_everything()
    return one_world


@pytest.fixture
async def topics(world: World) -> None:
    """The topics, with the service's group behind all that other tests have put there."""
    await ensure_topics(world.settings.kafka_bootstrap, TOPICS, 1)
    await skip_to_end(world.settings.kafka_bootstrap, f"groundswell.{SERVICE}", TOPICS)
