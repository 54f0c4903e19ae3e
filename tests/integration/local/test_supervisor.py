"""The supervisor, over real processes: a tiny service that lives in a temporary directory."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from pathlib import Path

import pytest

from groundswell_local import supervisor as module
from groundswell_local.ports import free_ports, is_free
from groundswell_local.supervisor import RoleEvent, RoleFailedError, RoleSpec, Supervisor
from tests.support.processes import all_gone

SERVICE = """
import os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

role = sys.argv[1]
print("hello from", role, os.environ["GREETING"])
if role == "broken":
    sys.exit("cannot start")
if role == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


port = int(os.environ[f"GROUNDSWELL_PROBE_{role.upper()}_PORT"])
HTTPServer(("127.0.0.1", port), Ready).serve_forever()
"""


@pytest.fixture
def service(tmp_path: Path) -> Mapping[str, str]:
    """The environment in which `python -m groundswell_probe ROLE` is a service."""
    package = tmp_path / "code" / "groundswell_probe"
    package.mkdir(parents=True)
    (package / "__main__.py").write_text(SERVICE)
    return {"PYTHONPATH": str(package.parent), "GREETING": "the supervisor"}


@pytest.fixture
def events() -> list[RoleEvent]:
    return []


@pytest.fixture
async def supervisor(
    tmp_path: Path, service: Mapping[str, str], events: list[RoleEvent]
) -> AsyncIterator[Supervisor]:
    running = Supervisor(tmp_path, service, events.append)
    yield running
    await running.stop()


def spec(role: str = "api", instance: int = 1) -> RoleSpec:
    return RoleSpec("probe", role, free_ports(1)[0], instance=instance)


def kinds(events: list[RoleEvent], name: str = "probe-api") -> list[str]:
    return [event.kind for event in events if event.name == name]


def died(events: list[RoleEvent], times: int) -> bool:
    return kinds(events).count("died") == times


async def until(condition: Callable[[], bool], seconds: float = 45) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the condition is told by nobody
            await asyncio.sleep(0.02)


async def test_roles_are_started_until_ready_and_log_to_files(
    supervisor: Supervisor, events: list[RoleEvent], tmp_path: Path
) -> None:
    roles = [spec(), spec("worker")]
    await supervisor.start(roles)
    assert kinds(events) == ["started", "ready"]
    assert kinds(events, "probe-worker") == ["started", "ready"]
    log = tmp_path / "logs" / "probe-api.log"
    assert log.read_text() == "hello from api the supervisor\n"


async def test_a_killed_role_is_started_again_and_said_so(
    supervisor: Supervisor, events: list[RoleEvent]
) -> None:
    await supervisor.start([spec()])
    for deaths in (1, 2):
        first = supervisor.pid("probe-api")
        os.kill(first, signal.SIGKILL)
        await until(partial(died, events, deaths))
        await supervisor.until_ready(["probe-api"])
        assert supervisor.pid("probe-api") != first
    assert kinds(events) == ["started", "ready", *["died", "started", "ready"] * 2]
    details = [event.detail for event in events if event.kind == "died"]
    assert details == [
        "exit status -9, starting again in 0.2 s",
        "exit status -9, starting again in 0.4 s",
    ]


async def test_one_more_instance_of_a_role_runs_beside_the_first(supervisor: Supervisor) -> None:
    await supervisor.start([spec()])
    await supervisor.start([spec(instance=2)])
    assert supervisor.pid("probe-api") != supervisor.pid("probe-api-2")
    with pytest.raises(ValueError, match="another number"):
        await supervisor.start([spec()])


async def test_a_role_that_cannot_start_is_given_up_with_its_log(
    supervisor: Supervisor, events: list[RoleEvent]
) -> None:
    with pytest.raises(RoleFailedError, match="cannot start"):
        await supervisor.start([spec("broken"), spec()])
    await supervisor.until_ready(["probe-api"])
    assert kinds(events, "probe-broken")[-1] == "gave up"
    assert kinds(events, "probe-broken").count("started") == 5
    assert kinds(events)[-1] == "ready"


async def test_stopping_leaves_no_process_and_no_port(
    tmp_path: Path,
    service: Mapping[str, str],
    events: list[RoleEvent],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_STOP_SECONDS", 0.5)
    roles = [spec(), spec("deaf")]
    supervisor = Supervisor(tmp_path, service, events.append)
    await supervisor.start(roles)
    pids = [supervisor.pid(role.name) for role in roles]
    await supervisor.stop()
    assert await all_gone(pids, within_seconds=0.1)
    assert all(is_free(role.port) for role in roles)
    assert list((tmp_path / "pids").iterdir()) == []
    assert "died" not in [event.kind for event in events]
    await supervisor.stop()


async def test_the_log_of_the_run_before_is_kept_once(
    tmp_path: Path, service: Mapping[str, str], events: list[RoleEvent]
) -> None:
    for _ in range(3):
        supervisor = Supervisor(tmp_path, service, events.append)
        await supervisor.start([spec()])
        await supervisor.stop()
    logs = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert logs == ["probe-api.log", "probe-api.log.1"]
    assert (tmp_path / "logs" / "probe-api.log").read_text().count("hello") == 1
