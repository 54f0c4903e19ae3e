"""The ballot box's own HTTP, on real sockets: what clients may send, in whatever pieces."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from groundswell_kit.health import Health
from groundswell_voting.intake import server as server_module
from groundswell_voting.intake.http import MAX_HEAD_BYTES, Answer, Application, Request
from groundswell_voting.intake.server import (
    REFUSAL_SECONDS,
    REQUEST_SECONDS,
    SWEEP_SECONDS,
    BoxServer,
)

LIMIT = 100
ECHO = b"POST /echo HTTP/1.1\r\nhost: x\r\n"


@dataclass
class Site:
    """A server that says back what it was sent, and what it has been asked."""

    server: BoxServer
    asked: list[Request] = field(default_factory=list)
    slow: asyncio.Event = field(default_factory=asyncio.Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def release(self) -> None:
        """Let slow answers go; for tests that run in another thread than the server."""
        self.loop.call_soon_threadsafe(self.slow.set)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.server.port)

    async def exchange(self, *pieces: bytes) -> bytes:
        """All that comes back until the server closes."""
        reader, writer = await self.connect()
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01 if len(pieces) > 1 else 0)
        async with asyncio.timeout(30):
            answer = await reader.read()
        writer.close()
        return answer


async def until(holds: Callable[[], object]) -> None:
    """Waits for what no event tells."""
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - as it says
            await asyncio.sleep(0.01)


def application(answer: Callable[[Request], Awaitable[Answer]], room: int = 1_000) -> Application:
    return Application(answer, lambda _: LIMIT, room, lambda: (503, [], b"no room"))


@asynccontextmanager
async def site(
    room: int = 1_000, **changes: Callable[[Request], Awaitable[Answer]]
) -> AsyncIterator[Site]:
    async def echo(request: Request) -> Answer:
        it.asked.append(request)
        if request.path == "/slow":
            await it.slow.wait()
        return 200, [(b"x-path", request.path.encode())], request.body

    app = application(changes.get("answer", echo), room)
    it = Site(BoxServer("test", "127.0.0.1", 0, Health("test"), app))
    serving = asyncio.create_task(it.server.serve())
    it.server.open()
    await asyncio.sleep(0.05)
    try:
        yield it
    finally:
        it.slow.set()
        await it.server.drain(1)
        await serving


@pytest.fixture(scope="module")
async def echo() -> AsyncIterator[Site]:
    async with site() as it:
        yield it


def post(body: bytes, path: bytes = b"/echo", more: bytes = b"") -> bytes:
    head = b"POST %b HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n%b\r\n"
    return head % (path, len(body), more) + body


LAST = post(b"last", more=b"connection: close\r\n")


def bodies(answers: bytes) -> list[bytes]:
    """The bodies of answers that follow each other."""
    found = []
    while answers:
        head, _, rest = answers.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        lines = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        assert lines[b"date"].endswith(b" GMT")
        length = int(lines[b"content-length"])
        found.append(rest[:length])
        answers = rest[length:]
    return found


async def test_a_connection_is_used_again(echo: Site) -> None:
    reader, writer = await echo.connect()
    for turn in range(3):
        writer.write(post(b"turn %d" % turn))
        async with asyncio.timeout(30):
            assert (await reader.readuntil(b"turn %d" % turn)).startswith(b"HTTP/1.1 200 OK\r\n")
    writer.close()


async def test_what_is_sent_ahead_is_answered_in_order(echo: Site) -> None:
    sent = [b"number %d" % number for number in range(100)]
    assert bodies(await echo.exchange(b"".join(map(post, sent)) + LAST)) == [*sent, b"last"]


async def test_who_waits_holds_up_what_comes_after(echo: Site) -> None:
    echo.slow.clear()
    reading = asyncio.create_task(echo.exchange(post(b"slow", b"/slow") + post(b"quick") + LAST))
    done, _ = await asyncio.wait([reading], timeout=0.2)
    assert not done
    await until(lambda: [request.path for request in echo.asked][-1:] == ["/slow"])
    echo.slow.set()
    assert bodies(await reading) == [b"slow", b"quick", b"last"]


@how(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cuts=st.sets(st.integers(0, 400), max_size=12))
async def test_pieces_are_of_no_matter(echo: Site, cuts: set[int]) -> None:
    chunked = ECHO + b"transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    whole = post(b"one") + chunked + post(b"x" * LIMIT) + LAST
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[a:b] for a, b in pairwise(places)]
    answers = await echo.exchange(*pieces)
    assert bodies(answers) == [b"one", b"abcde", b"x" * LIMIT, b"last"]


async def test_a_client_that_asks_first_is_told_to_go_on(echo: Site) -> None:
    reader, writer = await echo.connect()
    head, _, body = post(b"body", more=b"expect: 100-continue\r\n").partition(b"\r\n\r\n")
    writer.write(head + b"\r\n\r\n")
    async with asyncio.timeout(30):
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await reader.readuntil(b"body")).startswith(b"HTTP/1.1 200 OK\r\n")
    writer.close()


async def test_head_gets_no_body(echo: Site) -> None:
    answer = await echo.exchange(b"HEAD /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"\r\n\r\n")
    assert b"content-length: 16\r\n" in answer


@pytest.mark.parametrize(
    "request_",
    [
        post(b"last", more=b"connection: close\r\n"),
        b"POST / HTTP/1.0\r\ncontent-length: 4\r\n\r\nlast",
        b"GET /last HTTP/1.1\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n",
    ],
    ids=["close", "HTTP/1.0", "an upgrade"],
)
async def test_a_connection_ends_when_it_has_to(echo: Site, request_: bytes) -> None:
    answer = await echo.exchange(request_)
    assert bodies(answer) == [b"" if request_.startswith(b"GET") else b"last"]
    assert b"connection: close\r\n" in answer


async def test_a_body_is_never_lost_over_an_upgrade(echo: Site) -> None:
    upgrade = post(b"vote", more=b"connection: upgrade\r\nupgrade: h2c\r\n")
    answer = await echo.exchange(upgrade)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"upgrade" in answer


@pytest.mark.parametrize(
    "request_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"POST / HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        ECHO + b"transfer-encoding: chunked\r\n\r\nx\r\n",
        b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: " + b"y" * MAX_HEAD_BYTES,
        b"GET http:// HTTP/1.1\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused(echo: Site, request_: bytes) -> None:
    answer = await echo.exchange(request_)
    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n"), answer
    assert b"application/problem+json" in answer


async def test_nonsense_behind_a_request_does_not_take_its_answer(echo: Site) -> None:
    assert bodies(await echo.exchange(post(b"good") + b"\x00\x01nonsense")) == [b"good"]


@pytest.mark.parametrize("length", [LIMIT + 1, 1_000_000])
async def test_a_long_body_is_refused_and_the_answer_arrives(echo: Site, length: int) -> None:
    answer = await echo.exchange(post(b"x" * length))
    assert answer.startswith(b"HTTP/1.1 413 "), answer
    chunk = b"%x\r\n%b\r\n" % (length, b"x" * length)
    answer = await echo.exchange(ECHO + b"transfer-encoding: chunked\r\n\r\n" + chunk)
    assert answer.startswith(b"HTTP/1.1 413 "), answer


@pytest.mark.parametrize("sent", [b"PO", ECHO, post(b"body")[:-1]], ids=["line", "head", "body"])
async def test_a_request_that_does_not_come_is_not_waited_for(
    echo: Site, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "REQUEST_SECONDS", 0.2)
    assert (await echo.exchange(sent)).startswith(b"HTTP/1.1 400 ")


async def test_an_idle_connection_is_closed(echo: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "KEEP_ALIVE_SECONDS", 0.2)
    assert await echo.exchange(b"") == b""
    assert bodies(await echo.exchange(post(b"one"))) == [b"one"]


async def test_whose_client_has_gone_is_answered_to_the_end(echo: Site) -> None:
    echo.slow.clear()
    _, writer = await echo.connect()
    writer.write(post(b"gone", b"/slow"))
    await until(lambda: echo.server._answering)
    writer.transport.abort()
    await asyncio.sleep(0.1)
    assert len(echo.server._answering) == 1
    echo.slow.set()
    await until(lambda: not echo.server._answering)


async def test_what_breaks_is_answered_too() -> None:
    async def broken(_: Request) -> Answer:
        raise LookupError

    async with site(answer=broken) as it:
        answer = await it.exchange(LAST)
    assert answer.startswith(b"HTTP/1.1 500 ")
    assert b"/problems/internal" in answer


async def test_who_comes_when_there_is_no_room_is_told_so_after_a_while() -> None:
    async with site(room=1) as it:
        _, slow = await it.connect()
        slow.write(post(b"", b"/slow"))
        await until(lambda: it.asked)
        began = time.monotonic()
        refused = asyncio.gather(*(it.exchange(LAST) for _ in range(300)))
        probe = b"GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n"
        assert bodies(await it.exchange(probe)) == [b'{"status": "ok"}']
        answers = await refused
        assert time.monotonic() - began >= REFUSAL_SECONDS
        assert {answer.partition(b"\r\n")[0] for answer in answers} == {
            b"HTTP/1.1 503 Service Unavailable"
        }
        assert all(answer.endswith(b"\r\n\r\nno room") for answer in answers)
        it.slow.set()
        await until(lambda: not it.server._answering)
        assert bodies(await it.exchange(LAST)) == [b"last"]
        slow.close()


async def test_who_has_no_room_is_told_so_before_the_server_ends() -> None:
    async with site(room=0) as it:
        refused = asyncio.create_task(it.exchange(post(b"x")))
        await until(lambda: it.server._refused)
    assert (await refused).endswith(b"no room")


async def test_the_time_that_the_server_sleeps_is_not_its_clients() -> None:
    async with site() as it:
        reader, writer = await it.connect()
        writer.write(LAST[:-2])
        await asyncio.sleep(SWEEP_SECONDS / 2)
        time.sleep(REQUEST_SECONDS + SWEEP_SECONDS)  # noqa: ASYNC251 - the whole process sleeps
        await asyncio.sleep(SWEEP_SECONDS)
        writer.write(LAST[-2:])
        async with asyncio.timeout(30):
            assert bodies(await reader.read()) == [b"last"]
        writer.close()


async def test_until_it_is_open_only_its_health_is_told() -> None:
    app = application(lambda _: asyncio.sleep(0, (200, [], b"")))
    it = Site(BoxServer("test", "127.0.0.1", 0, Health("test"), app))
    serving = asyncio.create_task(it.server.serve())
    await asyncio.sleep(0.05)
    assert (await it.exchange(LAST)).startswith(b"HTTP/1.1 503 ")
    probe = b"GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n"
    assert bodies(await it.exchange(probe)) == [b'{"status": "ok"}']
    it.server.open()
    assert (await it.exchange(LAST)).startswith(b"HTTP/1.1 200 ")
    await it.server.drain(1)
    await serving


async def test_draining_answers_what_is_in_hand_and_takes_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "LINGER_SECONDS", 3.0)
    async with site() as it:
        idle, idle_writer = await it.connect()
        reader, writer = await it.connect()
        writer.write(post(b"slow", b"/slow"))
        await until(lambda: it.asked)
        draining = asyncio.create_task(it.server.drain(20))
        await until(lambda: it.server.draining)
        with pytest.raises(ConnectionRefusedError):
            await it.connect()
        idle_writer.write(post(b"one more"))
        async with asyncio.timeout(30):
            assert b"connection: close\r\n" in await idle.read()
            await draining
            it.slow.set()
            assert b"connection: close\r\n" in await reader.read()
        idle_writer.close()
        writer.close()
