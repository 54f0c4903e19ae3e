"""A contest that takes ideas, and a sender who uploads to it."""

from collections.abc import AsyncIterator

import pytest

from groundswell_ideas.inspection.commands import InspectionCommands
from groundswell_ideas.inspection.decoding import Decoder
from groundswell_ideas.media.files import Files
from tests.integration.ideas.media.sender import Sender
from tests.integration.ideas.world import World


@pytest.fixture(scope="session")
async def decoder() -> AsyncIterator[Decoder]:
    decoder = Decoder()
    yield decoder
    await decoder.close()


@pytest.fixture
async def sender(world: World, decoder: Decoder) -> Sender:
    """Somebody who takes part in a contest that has just opened."""
    contest_id = str((await world.draft())["id"])
    await world.enter(contest_id, "submission")
    files = Files(world.settings.media_url)
    commands = InspectionCommands(world.stores.media, files, None)
    return Sender(world, contest_id, files, commands, decoder)
