"""The site in this process, with the real identity and ideas services on sockets beside it."""

from collections.abc import AsyncIterator

import pytest

from groundswell_local.engines import Engines
from tests.integration.web.world import World, new_world
from tests.support.issuer import LocalIssuer
from tests.support.mailbox import mailbox


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> LocalIssuer:
    return LocalIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="session")
async def world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    async with mailbox() as box, new_world(engines, issuer, box) as world:
        yield world
