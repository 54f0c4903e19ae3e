"""The identity service on real engines, with an empty database for each test."""

from collections.abc import AsyncIterator

import pytest

from groundswell_identity.app import TOPICS
from groundswell_kit.kafka import ensure_topics
from groundswell_local.engines import Engines
from tests.integration.identity.provider import Provider, running_provider
from tests.integration.identity.world import World, new_world
from tests.support.issuer import LocalIssuer
from tests.support.mailbox import Mailbox, mailbox


@pytest.fixture(scope="session")
async def topics(engines: Engines) -> None:
    await ensure_topics(engines.kafka.address, TOPICS, 1)


@pytest.fixture(scope="session")
async def provider() -> AsyncIterator[Provider]:
    """An OpenID provider as a process of its own."""
    async with running_provider() as provider:
        yield provider


@pytest.fixture(scope="session")
async def one_world(
    engines: Engines, issuer: LocalIssuer, provider: Provider
) -> AsyncIterator[World]:
    async with new_world(engines, issuer, provider.settings) as world:
        yield world


@pytest.fixture
async def world(one_world: World) -> AsyncIterator[World]:
    """The service with nothing in its database but a signing key, and a mailbox of its own."""
    await one_world.forget_everything()
    async with mailbox() as box:
        yield one_world.with_mailbox(box)


@pytest.fixture
def box(world: World) -> Mailbox:
    return world.box
