"""A contest that takes ideas, and people at its desk."""

from collections.abc import AsyncIterator

import pytest

from groundswell_ideas.inspection.decoding import Decoder
from tests.integration.ideas.submissions.desk import Desk, make_and_earn, opened, themed_contest
from tests.integration.ideas.world import World


@pytest.fixture(scope="session")
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder()
    yield decoder
    await decoder.close()


@pytest.fixture
async def desk(world: World, decoder: Decoder) -> Desk:
    """At a contest without a form, whose ideas wait for an editor."""
    return await opened(world, decoder)


@pytest.fixture
async def themed(world: World, decoder: Decoder) -> Desk:
    """At a contest with categories and a form."""
    return await opened(world, decoder, **themed_contest())


@pytest.fixture
async def kitchen(world: World, decoder: Decoder) -> Desk:
    """At a contest that publishes by itself."""
    return await opened(world, decoder, **make_and_earn())
