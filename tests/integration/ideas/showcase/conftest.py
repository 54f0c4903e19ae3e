"""People at the desk of a contest whose ideas show themselves."""

from collections.abc import AsyncIterator

import pytest

from groundswell_ideas.inspection.decoding import Decoder
from tests.integration.ideas.submissions.desk import PICTURES_AT_WILL, Desk, opened
from tests.integration.ideas.world import World


@pytest.fixture(scope="session")
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder()
    yield decoder
    await decoder.close()


@pytest.fixture
async def desk(world: World, decoder: Decoder) -> Desk:
    """At a contest that asks for pictures."""
    return await opened(world, decoder, entry_form=PICTURES_AT_WILL)
