"""What the ballot box's own HTTP withstands, on the event loop that it runs on in earnest."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from uvicorn.loops.auto import auto_loop_factory

from groundswell_voting.intake import server as server_module
from groundswell_voting.intake.http import (
    MAX_HEAD_BYTES,
    MAX_SENT_AHEAD,
    Answer,
    Connection,
    Request,
)
from tests.integration.voting.test_box_http import ECHO, LAST, Site, bodies, post, site, until

CHUNKED = ECHO + b"transfer-encoding: chunked\r\n\r\n"
LARGE = b"x" * 100_000


@contextmanager
def on_the_real_loop(**changes: Any) -> Iterator[Site]:
    """A site on uvloop, in a thread; nothing that goes wrong there unseen may go unseen here."""
    ready: Future[tuple[Site, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    went_wrong: list[dict[str, Any]] = []

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: went_wrong.append(context))
        async with site(**changes) as it:
            stop = asyncio.Event()
            ready.set_result((it, loop, stop))
            await stop.wait()

    def run() -> None:
        with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    it, loop, stop = ready.result(timeout=30)
    try:
        yield it
    finally:
        it.release()
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=30)
    assert not thread.is_alive()
    assert not went_wrong


@pytest.fixture(scope="module")
def echo() -> Iterator[Site]:
    with on_the_real_loop() as it:
        yield it


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "SWEEP_SECONDS", 0.02)
    monkeypatch.setattr(server_module, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(server_module, "GOING_SECONDS", 0.2)
    monkeypatch.setattr(server_module, "KEEP_ALIVE_SECONDS", 0.2)


async def only(it: Site) -> Connection:
    """The one connection there is."""
    await until(lambda: len(it.server.connections) == 1)
    (connection,) = it.server.connections
    return connection


async def gone(it: Site) -> None:
    """Waits until no connection is left."""
    await until(lambda: not it.server.connections)


class TestMemory:
    async def test_of_what_is_sent_ahead_only_so_much_is_taken(self, echo: Site) -> None:
        echo.slow.clear()
        _, writer = await echo.connect()
        writer.write(post(b"", b"/slow"))
        connection = await only(echo)
        most = 0
        for _ in range(50):
            writer.write(b"GET / HTTP/1.1\r\n\r\n" * 5_000)
            await asyncio.sleep(0.005)
            most = max(most, len(connection._ahead))
        writer.transport.abort()
        assert 0 < most <= MAX_SENT_AHEAD + 1
        echo.release()
        await gone(echo)

    async def test_it_stays_so_when_some_of_it_has_been_answered(self) -> None:
        async def slowly(_: Request) -> Answer:
            await asyncio.sleep(0.001)
            return 200, [], b""

        with on_the_real_loop(answer=slowly) as it:
            _, writer = await it.connect()
            connection, most = await only(it), 0
            for _ in range(50):
                writer.write(b"GET / HTTP/1.1\r\n\r\n" * 50)
                await asyncio.sleep(0.005)
                most = max(most, len(connection._ahead))
            writer.transport.abort()
            assert 0 < most <= MAX_SENT_AHEAD

    @pytest.mark.usefixtures("impatient")
    async def test_who_does_not_read_is_not_answered_more(self) -> None:
        asked = 0

        async def large(_: Request) -> Answer:
            nonlocal asked
            asked += 1
            return 200, [], LARGE

        with on_the_real_loop(answer=large) as it:
            mute = never_reading(it)
            mute.sendall(b"GET / HTTP/1.1\r\n\r\n" * MAX_SENT_AHEAD)  # 25 MB of answers
            await until(lambda: asked)
            await gone(it)
            mute.close()
        assert asked < MAX_SENT_AHEAD

    @pytest.mark.usefixtures("impatient")
    async def test_an_answer_that_is_not_read_is_not_kept(self) -> None:
        asked: list[Request] = []

        async def huge(request: Request) -> Answer:
            asked.append(request)
            return 200, [], LARGE * 100

        with on_the_real_loop(answer=huge) as it:
            for sent in (b"GET / HTTP/1.1\r\n\r\n", LAST, post(b"")[:-2]):
                asked.clear()
                mute = never_reading(it)
                mute.sendall(b"GET / HTTP/1.1\r\n\r\n" + sent)
                await until(lambda: asked)
                await gone(it)
                mute.close()

    @pytest.mark.parametrize(
        "endless",
        [
            pytest.param((b"GET /", b"a" * 1_000), id="line"),
            pytest.param((b"GET / HTTP/1.1\r\n", b"x: y\r\n" * 100), id="many headers"),
            pytest.param((b"GET / HTTP/1.1\r\nx: ", b"y" * 1_000), id="one header"),
            pytest.param((CHUNKED + b"1;x=", b"y" * 1_000), id="chunk extension"),
            pytest.param((CHUNKED + b"0\r\n", b"x: y\r\n" * 100), id="trailers"),
            pytest.param((CHUNKED + b"0\r\nx: ", b"y" * 1_000), id="one trailer"),
            pytest.param((b"", b"\r\n" * 500), id="empty lines"),
        ],
    )
    async def test_what_is_no_body_is_bounded_too(
        self, echo: Site, endless: tuple[bytes, bytes]
    ) -> None:
        start, more = endless
        reader, writer = await echo.connect()
        writer.write(start)
        sent = 0
        while not reader.at_eof() and sent < 4 * MAX_HEAD_BYTES:
            writer.write(more)
            sent += len(more)
            await asyncio.sleep(0)
        async with asyncio.timeout(30):
            assert (await reader.read()).startswith(b"HTTP/1.1 400 ")
        writer.close()

    async def test_only_so_many_are_let_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 3)
        with on_the_real_loop() as it:
            first = [await it.connect() for _ in range(3)]
            await asyncio.sleep(0.05)
            with suppress(ConnectionError):
                assert await it.exchange(LAST) == b""
            assert len(it.server.connections) == 3
            first[0][1].close()
            await until(lambda: len(it.server.connections) < 3)
            assert bodies(await it.exchange(LAST)) == [b"last"]
            for _, writer in first:
                writer.close()


def never_reading(it: Site) -> socket.socket:
    """A client with little room for answers, who never takes one."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.connect(("127.0.0.1", it.server.port))
    return client


class TestEnds:
    async def test_who_has_said_its_last_is_still_answered(self, echo: Site) -> None:
        reader, writer = await echo.connect()
        writer.write(post(b"one") + post(b"two") + post(b"unfinished")[:-1])
        writer.write_eof()
        async with asyncio.timeout(30):
            assert bodies(await reader.read()) == [b"one", b"two"]
        writer.close()
        await gone(echo)

    @pytest.mark.parametrize(
        "last", [LAST, post(b"last") + b"nonsense\r\n", b"POST / HTTP/1.0\r\nhost: x\r\n\r\n"]
    )
    async def test_the_last_answer_arrives_though_the_client_goes_on_sending(
        self, echo: Site, last: bytes
    ) -> None:
        for _ in range(5):
            answer = await echo.exchange(last + b"x" * 1_000_000)
            assert b"connection: close\r\n" in answer
            assert len(bodies(answer)) == 1

    async def test_who_sends_too_far_ahead_gets_the_answers_to_what_was_taken(
        self, echo: Site
    ) -> None:
        answers = bodies(await echo.exchange(post(b"") * (2 * MAX_SENT_AHEAD)))
        assert MAX_SENT_AHEAD <= len(answers) < 2 * MAX_SENT_AHEAD

    async def test_what_is_sent_ahead_by_who_has_gone_is_let_be(self, echo: Site) -> None:
        echo.slow.clear()
        echo.asked.clear()
        _, writer = await echo.connect()
        writer.write(post(b"", b"/slow") + post(b"", b"/too-late") * 100)
        await asyncio.sleep(0.05)
        writer.transport.abort()
        await asyncio.sleep(0.05)
        echo.release()
        await gone(echo)
        # Only the first answer that cannot be sent tells that the client has gone.
        assert len(echo.asked) < 10

    async def test_draining_drops_what_is_sent_ahead_and_answers_what_is_in_hand(self) -> None:
        async with site() as it:
            reader, writer = await it.connect()
            writer.write(post(b"slow", b"/slow") + post(b"next") * 20)
            await until(lambda: it.asked)
            draining = asyncio.create_task(it.server.drain(20))
            await until(lambda: it.server.draining)
            it.slow.set()
            async with asyncio.timeout(30):
                assert bodies(await reader.read()) == [b"slow"]
                await draining
            writer.close()


async def test_as_many_as_there_is_room_for_are_taken_however_fast_they_come() -> None:
    people, votes = 100, 30

    async def at_once(_: Request) -> Answer:
        await asyncio.sleep(0)
        return 200, [], b""

    async def vote(it: Site) -> set[bytes]:
        reader, writer = await it.connect()
        answers = set()
        for _ in range(votes):
            writer.write(post(b""))
            async with asyncio.timeout(30):
                answers.add((await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")[0])
        writer.close()
        return answers

    with on_the_real_loop(room=people, answer=at_once) as it:
        answers = await asyncio.gather(*(vote(it) for _ in range(people)))
    assert set().union(*answers) == {b"HTTP/1.1 200 OK"}
