"""The whole of Groundswell, running; each module of scenarios has one of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from groundswell_kit.ids import new_id
from groundswell_local.installation import Installation, local_groundswell
from groundswell_local.ports import free_ports
from groundswell_local.settings import LocalPorts
from tests.e2e.browser import browser, browsing
from tests.support.patience import Patience
from tests.support.programme_story import ProgrammeStory

__all__ = ["browser", "browsing", "groundswell", "http", "ports", "state", "story"]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it keeps its data, logs, keys and mails."""
    return tmp_path_factory.mktemp("groundswell")


@pytest.fixture(scope="module")
def ports() -> LocalPorts:
    """Free ones, for all that listens."""
    names = list(LocalPorts.model_fields)
    return LocalPorts.model_validate(dict(zip(names, free_ports(len(names)), strict=True)))


@pytest.fixture(scope="module")
async def groundswell(state: Path, ports: LocalPorts) -> AsyncIterator[Installation]:
    async with local_groundswell(state, on_event=print, say=print, ports=ports) as running:
        yield running


@pytest.fixture(scope="module")
async def http() -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(transport=Patience(), timeout=20) as client:
        yield client


@pytest.fixture
def story(groundswell: Installation, state: Path, http: httpx2.AsyncClient) -> ProgrammeStory:
    """A contest that is still to be drafted."""
    return ProgrammeStory(
        ideas_url=groundswell.ideas_url,
        voting_url=groundswell.voting_url,
        issuer=groundswell.issuer,
        http=http,
        groundswell=groundswell,
        state=state,
        run=new_id("run")[-8:],
    )
