"""`groundswell` as a person uses it: up, Ctrl-C, `kill -9`, one more instance, down, clean."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import psutil
import pytest

from groundswell_local.ports import free_ports, is_free
from groundswell_local.settings import LocalPorts
from tests.support.processes import all_gone

GROUNDSWELL = str(Path(sys.executable).with_name("groundswell"))
ROLES = 14
ENGINES = 3
MAIL = 1

Run = Callable[..., Awaitable[Process]]


@pytest.fixture
def ports() -> dict[str, int]:
    names = list(LocalPorts.model_fields)
    return dict(zip(names, free_ports(len(names)), strict=True))


@pytest.fixture
async def groundswell(tmp_path: Path, ports: Mapping[str, int]) -> AsyncIterator[Run]:
    """Starts the command in an installation of its own; what it left running is killed."""
    settings = {f"GROUNDSWELL_{name.upper()}": str(port) for name, port in ports.items()}
    environment = {**os.environ, **settings, "GROUNDSWELL_STATE": str(tmp_path)}
    started: list[Process] = []

    async def run(*words: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            GROUNDSWELL, *words, env=environment, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def names(directory: Path) -> list[str]:
    return [path.name for path in directory.iterdir()]


async def printed(process: Process, pattern: str, seconds: float = 180) -> str:
    """What it prints, until a line matches."""
    assert process.stdout is not None
    seen = ""
    async with asyncio.timeout(seconds):
        while line := (await process.stdout.readline()).decode():
            seen += line
            if re.search(pattern, line):
                return seen
    assert process.stderr is not None
    raise AssertionError(f"{pattern} not in\n{seen}{(await process.stderr.read()).decode()}")


async def up(groundswell: Run) -> tuple[Process, list[int]]:
    """Groundswell, ready, and all the processes that it runs."""
    process = await groundswell("up")
    await printed(process, "Ctrl-C ends all")
    children = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
    assert len(children) == ROLES + ENGINES + MAIL
    return process, children


@pytest.mark.timeout(400)
async def test_it_ends_with_ctrl_c_and_starts_again_after_kill_9(
    groundswell: Run, ports: Mapping[str, int]
) -> None:
    killed, children = await up(groundswell)
    killed.kill()
    assert await all_gone([killed.pid, *children])
    again, children = await up(groundswell)
    again.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(again.wait(), 60) == 0
    assert await all_gone(children, within_seconds=0.1)
    assert all(map(is_free, ports.values()))


@pytest.mark.timeout(400)
async def test_one_more_counter_joins_and_down_ends_everything(
    groundswell: Run, ports: Mapping[str, int]
) -> None:
    running, children = await up(groundswell)
    counter = await groundswell("start", "voting", "counter")
    said = await printed(counter, '"listening"')
    port = json.loads(said.splitlines()[-1])["port"]
    assert port not in ports.values()
    refused = await groundswell("up")
    assert await refused.wait() == 1
    down = await groundswell("down")
    assert await asyncio.wait_for(down.wait(), 60) == 0
    assert running.returncode == 0
    assert await all_gone([*children, counter.pid])
    assert all(map(is_free, [*ports.values(), port]))


async def test_operator_commands_are_the_services_own(groundswell: Run) -> None:
    nothing_runs = await groundswell("voting", "recount", "poll_1")
    assert nothing_runs.stdout is not None
    assert b"start them with `groundswell up`" in await nothing_runs.stdout.read()
    assert await nothing_runs.wait() == 1


async def test_clean_wipes_all_but_the_jars(groundswell: Run, tmp_path: Path) -> None:
    (tmp_path / "kafka-4.3.1").mkdir()
    (tmp_path / "engines" / "mongo").mkdir(parents=True)
    (tmp_path / "mail").mkdir()
    (tmp_path / "secrets.json").write_text("{}")
    clean = await groundswell("clean")
    assert await clean.wait() == 0
    assert names(tmp_path) == ["kafka-4.3.1"]


async def test_the_doctor_fails_when_a_port_is_taken(
    groundswell: Run, ports: Mapping[str, int]
) -> None:
    healthy = await groundswell("doctor")
    out, _ = await healthy.communicate()
    mine = rf"Port {ports['voting_api_port']} +"
    assert re.search(mine + "ok", out.decode())
    # Of its memory and disk the machine has as much as it has, and others take some.
    assert healthy.returncode == int("problem" in out.decode())
    with socket.create_server(("127.0.0.1", ports["voting_api_port"])):
        ill = await groundswell("doctor")
        out, _ = await ill.communicate()
    assert re.search(mine + "problem", out.decode())
    assert ill.returncode == 1


async def test_a_token_is_printed_alone(groundswell: Run) -> None:
    process = await groundswell("token", "--role", "manager", "--brand", "acme")
    out, _ = await process.communicate()
    assert re.fullmatch(rb"[\w-]+\.[\w-]+\.[\w-]+\n", out)
