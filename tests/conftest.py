"""The engines that all tests share, how Hypothesis runs, and the line that says which versions
really ran.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from groundswell_local.engines import Engines, running_engines

_ran: list[str] = []

# A busy machine is no failure, and each test has a time-out of its own. The examples are the same
# each time, so that a run says something of the code and not of its luck; to look for others:
# `make test ARGS="--hypothesis-profile=search tests/unit"`.
settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile(
    "search", settings.get_profile("house"), derandomize=False, max_examples=1_000
)
settings.load_profile("house")

# Without this, structlog draws a traceback with all local variables for every logged exception,
# which holds up the event loop for seconds.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)


@pytest.fixture(scope="session")
async def engines(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engines]:
    """Kafka, MongoDB and Redis on free ports, with empty data, for the whole run."""
    async with running_engines(tmp_path_factory.mktemp("engines"), say=_say) as running:
        _ran.extend(engine.version for engine in running.all())
        yield running


def pytest_collection_finish(session: pytest.Session) -> None:
    """Have a browser before the first test that needs one: no test's time is spent on it."""
    needed = any("browser" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly:
        from tests.e2e.browser import install_chromium  # noqa: PLC0415 - most runs need no browser

        install_chromium()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a download of Kafka's jars should not look like a hang


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over the engines that it had."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["engines"] = _ran


def pytest_testnodedown(node: Any) -> None:
    """Takes over the engines of a worker; one that broke down has told none."""
    _ran.extend(getattr(node, "workeroutput", {}).get("engines", []))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the engines that answered, to all workers alike."""
    if _ran:
        terminalreporter.write_line(f"engines: {', '.join(sorted(set(_ran)))}")
