"""Processes begin, end on SIGTERM and break as they promise, on real sockets."""

import asyncio
import json
import signal
from dataclasses import dataclass

import httpx2
import pytest

from tests.integration.kit.web.conftest import Program, Start


def get(port: int, path: str) -> httpx2.Response:
    with httpx2.Client() as client:
        return client.get(f"http://127.0.0.1:{port}{path}", timeout=30)


async def test_a_process_tells_its_ports_and_health(start: Start) -> None:
    program = await start("api and worker")
    await program.logged("started", times=2)
    for role in ("api", "worker"):
        port = await program.port(role)
        assert get(port, "/healthz").status_code == 200
        assert get(port, "/readyz").json() == {"ready": True, "failing": {}}
        assert "groundswell_" in get(port, "/metrics").text
    assert get(await program.port("worker"), "/v1/things/a").status_code == 404


async def test_a_taken_port_is_exchanged_for_a_free_one(start: Start) -> None:
    first = await start("api")
    await first.logged("started")
    wanted = await first.port()
    second = await start("api", wanted)
    await second.logged("started")
    port = await second.port()
    assert port != wanted
    assert second.events("listening")[0]["wanted_port"] == wanted
    assert get(port, "/healthz").status_code == get(wanted, "/healthz").status_code == 200


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_all_roles_in_order(start: Start, signum: signal.Signals) -> None:
    program = await start("api and worker")
    await program.logged("started", times=2)
    program.send(signum)
    assert await program.ended() == 0
    assert len(program.events("stopped")) == 2
    assert len(program.events("task stopped")) == 1
    assert not [line for line in program.log if line["level"] in ("warning", "error")]


@dataclass
class Client:
    """Sends one request after the other on kept connections, until the server refuses."""

    port: int
    pause_seconds: float
    answered: int = 0
    cut: int = 0

    async def run(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except ConnectionError:
                return
            try:
                await self._ask_on(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.cut += 1
            finally:
                writer.close()

    async def _ask_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"POST /v1/asks HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n")
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
            assert int(await reader.readexactly(int(length))) > 0
            self.answered += 1
            if b"connection: close" in head:
                return
            await asyncio.sleep(self.pause_seconds)


async def test_sigterm_under_load_finishes_what_was_taken(start: Start) -> None:
    program = await start("api at leisure")
    await program.logged("started")
    clients = [Client(await program.port(), pause) for pause in (0, 0.1, 0.2) for _ in range(8)]
    load = [asyncio.create_task(client.run()) for client in clients]
    async with asyncio.timeout(30):
        while sum(client.answered for client in clients) < 100:  # noqa: ASYNC110 - they tell nobody
            await asyncio.sleep(0.01)
    program.send(signal.SIGTERM)
    assert await program.ended() == 0
    await asyncio.wait_for(asyncio.gather(*load), 30)
    answered = sum(client.answered for client in clients)
    (closed,) = program.events("closed")
    assert closed["taken"] == closed["told"] == answered
    assert sum(client.cut for client in clients) == 0


async def test_readiness_fails_at_once_and_connections_are_closed(start: Start) -> None:
    program = await start("api at leisure")
    await program.logged("started")
    reader, writer = await asyncio.open_connection("127.0.0.1", await program.port())
    program.send(signal.SIGTERM)
    await program.logged("stopping")
    writer.write(b"GET /readyz HTTP/1.1\r\nhost: x\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 30)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503")
    assert b"connection: close" in head
    assert json.loads(body)["failing"] == {"stop": "stopping"}
    writer.close()
    with pytest.raises(ConnectionError):
        await asyncio.open_connection("127.0.0.1", await program.port())
    assert await program.ended() == 0


async def test_a_request_has_half_of_the_drain_to_end(start: Start) -> None:
    program = await start("api")
    await program.logged("started")
    port = await program.port()
    short, long = (asyncio.to_thread(get, port, f"/v1/naps/{seconds}") for seconds in (0.8, 300))
    requests = asyncio.gather(short, long, return_exceptions=True)
    await program.logged("napping", times=2)
    program.send(signal.SIGTERM)
    assert await program.ended() == 0
    rested, broken = await requests
    assert isinstance(rested, httpx2.Response)
    assert rested.json() == "rested"
    assert isinstance(broken, httpx2.TransportError | httpx2.Response)
    if isinstance(broken, httpx2.Response):
        assert broken.status_code >= 500


async def test_until_it_has_started_a_role_is_alive_but_not_ready(start: Start) -> None:
    program = await start("api that starts slowly")
    port = await program.port()
    assert get(port, "/healthz").status_code == 200
    assert get(port, "/readyz").json() == {"ready": False, "failing": {"start": "starting"}}
    refused = get(port, "/v1/things/a")
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["retry-after"]
    program.send(signal.SIGUSR1)
    await program.logged("started")
    assert get(port, "/readyz").status_code == get(port, "/v1/things/a").status_code == 200


async def test_a_role_may_be_stopped_while_it_starts(start: Start) -> None:
    program = await start("api that never starts")
    await program.port()
    program.send(signal.SIGTERM)
    assert await program.ended() == 0
    assert program.events("closed")


def last_words(program: Program) -> str:
    return " ".join(str(line) for line in program.log if line["level"] == "error")


@pytest.mark.parametrize(
    ("scenario", "words"),
    [
        ("failing start", "no topics"),
        ("failing task", "the disk is full"),
        ("returning task", "returned before it was told to stop"),
    ],
)
async def test_what_breaks_ends_the_whole_process_with_1(
    start: Start, scenario: str, words: str
) -> None:
    program = await start(scenario)
    assert await program.ended() == 1
    assert words in last_words(program)
    assert program.events("stopped")


@pytest.mark.parametrize(
    ("scenario", "words"), [("stubborn task", "cut off"), ("hanging close", "close")]
)
async def test_what_does_not_end_is_cut_off_in_time(
    start: Start, scenario: str, words: str
) -> None:
    program = await start(scenario)
    await program.logged("started")
    program.send(signal.SIGTERM)
    assert await program.ended() == 1
    assert words in last_words(program)
