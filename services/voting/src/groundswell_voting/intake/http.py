"""HTTP/1.1 for an application that takes a whole request and gives a whole answer.

A vote is so little work that ASGI's way of handing it over took a third of the ballot box's time.
The parser is the one that uvicorn has. One connection has one request in hand at a time; those that
a client sends ahead wait, unread where there are many.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol, cast
from urllib.parse import unquote

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser, parse_url

from groundswell_kit import problems
from groundswell_kit.asgi import RawHeaders
from groundswell_kit.problems import Problem

MAX_HEAD_BYTES = 64 * 1024
MAX_SENT_AHEAD = 16
NOT_HTTP = "The request is not well-formed HTTP/1.1."

Answer = tuple[int, RawHeaders, bytes]

_STATUS_LINES = {s.value: f"HTTP/1.1 {s.value} {s.phrase}\r\n".encode() for s in HTTPStatus}


@dataclass(slots=True)
class Request:
    """One request; of its headers the only one that matters here."""

    method: str = ""
    path: str = ""
    authorization: str = ""
    body: bytes = b""
    keep_alive: bool = True


@dataclass(frozen=True, slots=True)
class Application:
    """What answers requests.

    `body_limit` gets a request without its body, and tells how many bytes that may have.
    """

    answer: Callable[[Request], Awaitable[Answer]]
    body_limit: Callable[[Request], int]


class Host(Protocol):
    """What connections share: the server that they belong to."""

    application: Application
    connections: "set[Connection]"
    date: bytes
    draining: bool

    def begin(self, connection: "Connection", request: Request) -> None:
        """Have a request answered."""


class Connection(asyncio.Protocol):
    """One client. `waiting_since` is when it began to owe us something, None while we owe it."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._clock = asyncio.get_running_loop().time
        self._parser = HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._request = Request()
        self._url = b""
        self._body = bytearray()
        self._body_limit = 0
        self._head_bytes = 0
        self._expects = False
        self._refusal: Problem | None = None
        self._ahead: deque[Request] = deque()
        self._unread = False
        self.in_hand = False
        self.in_message = False
        self.ended = False
        self.waiting_since = self._clock()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._host.connections.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        self._host.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        if self.ended:
            return
        self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self._request.keep_alive = False  # answered in HTTP/1.1; what follows is not
            self.ended = True
        except HttpParserError:
            self.refuse(self._refusal or Problem(problems.BAD_REQUEST, NOT_HTTP))
        else:
            if self.in_message and not self._body_limit and self._head_bytes > MAX_HEAD_BYTES:
                self.refuse(Problem(problems.BAD_REQUEST, "The request's headers are too large."))

    def pause_writing(self) -> None:
        self._pause()

    def resume_writing(self) -> None:
        self._resume()

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._request = Request()
        self._url = b""
        self._body = bytearray()
        self._body_limit = 0
        self._expects = False
        self.in_message = True
        if not self.in_hand:
            self.waiting_since = self._clock()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # Most names are told apart by their lengths.
        if len(name) == 13 and name.lower() == b"authorization":
            self._request.authorization = self._request.authorization or value.decode("latin-1")
        elif len(name) == 6 and name.lower() == b"expect":
            self._expects = value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        request = self._request
        request.method = self._parser.get_method().decode("ascii")
        request.path = parse_url(self._url).path.decode("ascii")
        if "%" in request.path:
            request.path = unquote(request.path)
        request.keep_alive = self._parser.should_keep_alive()
        if self._parser.should_upgrade() and request.method not in ("GET", "HEAD"):
            # The parser reads no body of such a request, so it must not be taken as one without.
            raise self._stop(
                Problem(problems.BAD_REQUEST, "Send it without asking for an upgrade.")
            )
        self._body_limit = self._host.application.body_limit(request)
        if self._expects and not self.in_hand and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, part: bytes) -> None:
        self._body += part
        if len(self._body) > self._body_limit:
            raise self._stop(problems.body_too_large(self._body_limit))

    def on_message_complete(self) -> None:
        request = self._request
        request.body = bytes(self._body)
        self.in_message = False
        self._head_bytes = 0
        if not self.in_hand:
            self._begin(request)
        else:
            self._ahead.append(request)
            if len(self._ahead) == MAX_SENT_AHEAD:
                self._pause()

    def _stop(self, refusal: Problem) -> Problem:
        """To be raised in a call of the parser: it stops, and says so as HttpParserError."""
        self._refusal = refusal
        return refusal

    # What the server calls.

    def answer(self, request: Request, answer: Answer) -> None:
        """Send the answer to the request in hand, and take up the next one."""
        self.in_hand = False
        self.waiting_since = self._clock()
        closes = not request.keep_alive or self._host.draining
        self._write(answer, closes=closes, with_body=request.method != "HEAD")
        if closes:
            self.close()
        elif self._ahead:
            self._begin(self._ahead.popleft())
            self._resume()
        elif self.ended:
            self.close()

    def refuse(self, problem: Problem) -> None:
        """Say why nothing more is taken, unless an earlier answer is still to come; then close.

        What the client is still sending is not taken in, but waited for: to a client that is
        writing, a closed connection would look broken, and not refused.
        """
        self.ended = True
        self.in_message = False
        if not self.in_hand:
            self.waiting_since = self._clock()
            self._write(problems.to_response(problem), closes=True, with_body=True)
            if self._transport is not None and self._transport.can_write_eof():
                self._transport.write_eof()

    def close(self) -> None:
        """Close when all is sent; nothing more is taken."""
        self.ended = True
        if self._transport is not None:
            self._transport.close()

    def _begin(self, request: Request) -> None:
        self.in_hand = True
        self._host.begin(self, request)

    def _write(self, answer: Answer, *, closes: bool, with_body: bool) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        status, headers, body = answer
        lines = b"".join([b"%b: %b\r\n" % header for header in headers])
        self._transport.write(
            b"%bdate: %b\r\n%bcontent-length: %d\r\n%b\r\n%b"
            % (
                _STATUS_LINES[status],
                self._host.date,
                lines,
                len(body),
                b"connection: close\r\n" if closes else b"",
                body if with_body else b"",
            )
        )

    def _pause(self) -> None:
        if self._transport is not None and not self._unread and not self._transport.is_closing():
            self._unread = True
            self._transport.pause_reading()

    def _resume(self) -> None:
        if self._transport is not None and self._unread and not self._transport.is_closing():
            self._unread = False
            self._transport.resume_reading()
