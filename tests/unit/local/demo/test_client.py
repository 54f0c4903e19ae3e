import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from groundswell_local.demo import client
from groundswell_local.demo.client import HttpClient

Respond = Callable[[bytes], bytes | None]
OK = b'HTTP/1.1 200 OK\r\nETag: "v1"\r\nContent-Length: 2\r\n\r\n{}'


class Server:
    """Answers each request with what `respond` makes of its head and body; None: hangs up."""

    def __init__(self, respond: Respond) -> None:
        self.connections = 0
        self.requests: list[bytes] = []
        self._respond = respond

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while request := await _request(reader):
                self.requests.append(request)
                answer = self._respond(request)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    length = next(
        int(text.partition(b":")[2])
        for text in head.splitlines()
        if text.startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)


@asynccontextmanager
async def serving(respond: Respond) -> AsyncIterator[tuple[Server, str, HttpClient]]:
    server = Server(respond)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    http = HttpClient()
    try:
        yield server, f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", http
    finally:
        http.close()
        listener.close()
        await listener.wait_closed()


async def test_a_request_and_its_answer() -> None:
    async with serving(lambda _: OK) as (server, origin, http):
        answer = await http.send("POST", f"{origin}/a/b?c=d", {"x-word": "yes"}, b'{"e": 1}')

    assert answer.status == 200
    assert answer.headers["etag"] == '"v1"'
    assert answer.json() == {}
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a/b?c=d HTTP/1.1\r\nhost: 127.0.0.1:")
    assert b"x-word: yes" in head
    assert body == b'{"e": 1}'


async def test_a_connection_is_used_again_and_two_at_once_get_two() -> None:
    async with serving(lambda _: OK) as (server, origin, http):
        for _ in range(3):
            await http.send("GET", f"{origin}/", {})
        assert server.connections == 1

        await asyncio.gather(*(http.send("GET", f"{origin}/", {}) for _ in range(2)))
        assert server.connections == 2


async def test_a_connection_that_the_server_gives_up_is_not_used_again() -> None:
    closing = OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    async with serving(lambda _: closing) as (server, origin, http):
        await http.send("GET", f"{origin}/", {})
        await http.send("GET", f"{origin}/", {})

    assert server.connections == 2


async def test_an_answer_in_pieces_is_put_together() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    pieces = head + b"2\r\n[1\r\n2\r\n,2\r\n1\r\n]\r\n0\r\n\r\n"
    async with serving(lambda _: pieces) as (_, origin, http):
        assert (await http.send("GET", f"{origin}/", {})).json() == [1, 2]


async def test_a_server_that_hangs_up_is_a_connection_error() -> None:
    async with serving(lambda _: None) as (_, origin, http):
        with pytest.raises(ConnectionError, match="without an answer"):
            await http.send("GET", f"{origin}/", {})


async def test_what_is_not_http_is_a_connection_error() -> None:
    async with serving(lambda _: b"hello\r\n\r\n") as (_, origin, http):
        with pytest.raises(ConnectionError, match="not HTTP"):
            await http.send("GET", f"{origin}/", {})


async def test_a_server_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "_TIMEOUT_SECONDS", 0.05)
    async with serving(lambda _: b"") as (server, origin, http):
        with pytest.raises(TimeoutError):
            await http.send("GET", f"{origin}/", {})
        with pytest.raises(TimeoutError):
            await http.send("GET", f"{origin}/", {})

    assert server.connections == 2  # a late answer must not be taken for the next one's
