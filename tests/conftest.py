"""The engines that all tests share, and the line that says which versions really ran."""

from collections.abc import AsyncIterator

import pytest

from groundswell_local.engines import Engines, running_engines

_ran: list[str] = []


@pytest.fixture(scope="session")
async def engines(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engines]:
    """Kafka, MongoDB and Redis on free ports, with empty data, for the whole run."""
    async with running_engines(tmp_path_factory.mktemp("engines"), say=_say) as running:
        _ran.extend(f"{e.name} {e.version}" for e in (running.kafka, running.mongo, running.redis))
        yield running


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a download of Kafka's jars should not look like a hang


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the engines that answered."""
    if _ran:
        terminalreporter.write_line(f"engines: {', '.join(_ran)}")
