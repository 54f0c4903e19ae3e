"""A light HTTP/1.1 client for many small requests to a few origins; the demo's voters use it.

It exists because voters and services share two cores: a voter's two requests cost 0.06 ms of CPU
here and 0.24 ms with aiohttp, which for the whole contest is half a minute of CPU.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import SplitResult, urlsplit

import httptools

_TIMEOUT_SECONDS = 10.0


@dataclass(slots=True)
class Answer:
    """What a server answered; the names of the headers are in small letters."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body, read as JSON. Raises ValueError when it is none."""
        return json.loads(self.body)


class HttpClient:
    """Sends requests over connections that are kept for the next request to the same origin.

    As many connections as there are callers at once; `close` ends them.
    """

    def __init__(self) -> None:
        self._idle: dict[str, list[_Connection]] = {}

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Send one request to an `http:` address, once.

        Raises OSError (ConnectionError, TimeoutError after ten seconds) when there is no whole
        answer; the request may have been served or not.
        """
        parts = urlsplit(url)
        request = _encoded(method, parts, headers, body)
        async with asyncio.timeout(_TIMEOUT_SECONDS):
            connection = await self._connection(parts)
            try:
                answer = await connection.exchange(request)
            except BaseException:
                connection.close()
                raise
        if connection.reusable:
            self._idle[parts.netloc].append(connection)
        return answer

    def close(self) -> None:
        """End the connections that nobody uses now."""
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()

    async def _connection(self, parts: SplitResult) -> "_Connection":
        idle = self._idle.setdefault(parts.netloc, [])
        while idle:
            connection = idle.pop()
            if connection.reusable:
                return connection
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            _Connection, parts.hostname or "", parts.port or 80
        )
        return connection


class _Connection(asyncio.Protocol):
    """One connection, with one request under way at most."""

    def __init__(self) -> None:
        self.reusable = True
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._answer = Answer()
        self._whole: asyncio.Future[Answer] | None = None

    async def exchange(self, request: bytes) -> Answer:
        """Send a request and wait for its answer. Raises ConnectionError without one."""
        if self._transport is None:
            raise ConnectionError("the connection is closed")
        self._answer = Answer()
        self._whole = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._whole

    def close(self) -> None:
        self.reusable = False
        if self._transport is not None:
            self._transport.close()

    # Called by the event loop.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # of a stream it is always one

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"the answer is not HTTP: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(f"the connection ended without an answer ({exc})")

    # Called by the parser.

    def on_header(self, name: bytes, value: bytes) -> None:
        self._answer.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._answer.body += body

    def on_message_complete(self) -> None:
        self._answer.status = self._parser.get_status_code()
        self.reusable = self._parser.should_keep_alive()
        if self._whole is not None and not self._whole.done():
            self._whole.set_result(self._answer)

    def _fail(self, reason: str) -> None:
        self.reusable = False
        if self._whole is not None and not self._whole.done():
            self._whole.set_exception(ConnectionError(reason))


def _encoded(method: str, parts: SplitResult, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    head = f"{method} {target} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-length: {len(body)}\r\n"
    return f"{head}{lines}\r\n".encode("latin-1") + body
