"""The site in this process, with the real identity and ideas services on sockets beside it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from groundswell_local.engines import Engines
from groundswell_web import services
from groundswell_web.entries import sending
from groundswell_web.sessions import commands as session_commands
from tests.integration.web.world import World, new_world
from tests.support.issuer import LocalIssuer
from tests.support.mailbox import mailbox


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> LocalIssuer:
    return LocalIssuer(tmp_path_factory.mktemp("issuer"))


@pytest.fixture(scope="module", autouse=True)
def _patience() -> Iterator[None]:
    """The site waits longer for services on a machine that is busy with tests than for others."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("READ_SECONDS", "WRITE_SECONDS", "CONNECT_SECONDS"):
            patch.setattr(services, name, 30.0)
        patch.setattr(session_commands, "RENEWAL_WAIT_SECONDS", 30.0)
        patch.setattr(sending, "CHECK_SECONDS", 30.0)
        yield


@pytest.fixture(scope="session")
async def world(engines: Engines, issuer: LocalIssuer) -> AsyncIterator[World]:
    async with mailbox() as box, new_world(engines, issuer, box) as world:
        yield world
