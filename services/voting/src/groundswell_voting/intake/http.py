"""HTTP/1.1 for an application that takes a whole request and gives a whole answer.

A vote is so little work that handing it over as ASGI does would cost half as much again. The parser
is the one that uvicorn has. One connection has one request in hand at a time; while more
wait behind it, or answers wait to be read, nothing more is taken from its client.
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
from groundswell_kit.observability import get_logger
from groundswell_kit.problems import Problem

log = get_logger()

MAX_HEAD_BYTES = 64 * 1024
CHUNK_BYTES = 6
"""What a byte of a body takes at most: a chunk of its own."""
MAX_SENT_AHEAD = 256
"""So many may come with one read; after them nothing is read until they are answered."""
TOO_LARGE = "The request's headers or trailers are too large."
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

    `body_limit` gets a request without its body, and tells how many bytes that may have. `room` is
    how many requests it takes on at once; who comes when there is none gets the answer `busy`.
    """

    answer: Callable[[Request], Awaitable[Answer]]
    body_limit: Callable[[Request], int]
    room: int
    busy: Callable[[], Answer]


class Host(Protocol):
    """What connections share: the server that they belong to."""

    application: Application
    connections: "set[Connection]"
    max_connections: int
    date: bytes
    draining: bool

    def begin(self, connection: "Connection", request: Request) -> None:
        """Have a request answered."""


class Connection(asyncio.Protocol):
    """One client.

    `in_hand`: we owe it an answer. Else it has owed us something since `waiting_since`: to read
    its answers if it is `unread`, to finish a request if `in_message`, to go if it has `ended`.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._clock = asyncio.get_running_loop().time
        self._parser = HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._request = Request()
        self._url = b""
        self._authorization: str | None = None
        self._expects = False
        self._body = bytearray()
        self._body_limit = 0
        self._received_bytes = 0
        self._ahead: deque[Request] = deque()
        self._reads = True
        self.in_hand = False
        self.in_message = False
        self.unread = False
        self.ended = False
        self.waiting_since = self._clock()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if len(self._host.connections) < self._host.max_connections:
            self._host.connections.add(self)
        else:
            self._transport.abort()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        self._ahead.clear()
        self._host.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        if self.ended:
            return
        self._received_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            self.ended = True  # answered in HTTP/1.1; what follows is not
        except HttpParserError as error:
            self.refuse(_reason(error))
        else:
            if self._received_bytes > MAX_HEAD_BYTES + CHUNK_BYTES * self._body_limit:
                self.refuse(Problem(problems.BAD_REQUEST, TOO_LARGE))

    def eof_received(self) -> bool:
        """Whether to keep the connection: who has said its last may still wait for answers."""
        self.ended = True
        return self.in_hand or bool(self._ahead)

    def pause_writing(self) -> None:
        self.unread = True

    def resume_writing(self) -> None:
        self.unread = False
        self._take_up()

    # What the parser calls. Whatever is raised there ends the connection, see `_reason`.

    def on_message_begin(self) -> None:
        self._request = Request()
        self._url = b""
        self._authorization = None
        self._expects = False
        self._body = bytearray()
        self._body_limit = 0
        self.in_message = True
        if not self.in_hand:
            self.waiting_since = self._clock()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # Trailers come here too, when the headers have been made use of. Most names are told
        # apart by their lengths.
        if len(name) == 13 and name.lower() == b"authorization":
            if self._authorization is not None:
                raise Problem(problems.BAD_REQUEST, "Authorization was sent twice.")
            self._authorization = value.decode("latin-1")
        elif len(name) == 6 and name.lower() == b"expect":
            self._expects = value.lower() == b"100-continue"
        elif (
            len(name) == 17
            and name.lower() == b"transfer-encoding"
            and value.strip().lower() != b"chunked"
        ):
            raise Problem(problems.BAD_REQUEST, "The only Transfer-Encoding is chunked.")

    def on_headers_complete(self) -> None:
        request = self._request
        request.method = self._parser.get_method().decode("ascii")
        request.path = (parse_url(self._url).path or b"/").decode("ascii")
        if "%" in request.path:
            request.path = unquote(request.path)
        request.authorization = self._authorization or ""
        version = self._parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise Problem(problems.BAD_REQUEST, NOT_HTTP)
        is_1_1 = version == "1.1"
        request.keep_alive = is_1_1 and self._parser.should_keep_alive()
        if self._parser.should_upgrade() and request.method not in ("GET", "HEAD"):
            # The parser reads no body of such a request, so it must not be taken as one without.
            raise Problem(problems.BAD_REQUEST, "Send it without asking for an upgrade.")
        self._body_limit = self._host.application.body_limit(request)
        is_next = not self.in_hand and not self._ahead
        if self._expects and is_1_1 and is_next and self._transport is not None:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, part: bytes) -> None:
        self._body += part
        if len(self._body) > self._body_limit:
            raise problems.body_too_large(self._body_limit)

    def on_message_complete(self) -> None:
        self._request.body = bytes(self._body)
        self.in_message = False
        self._received_bytes = 0
        if len(self._ahead) == MAX_SENT_AHEAD:
            raise Problem(problems.BAD_REQUEST, "Too many requests were sent ahead.")
        self._ahead.append(self._request)
        self._take_up()

    # What the server calls.

    def answer(self, request: Request, answer: Answer) -> None:
        """Send the answer to the request in hand, and take up the next one."""
        self.in_hand = False
        self.waiting_since = self._clock()
        is_last = self.ended and not self._ahead
        closes = is_last or not request.keep_alive or self._host.draining
        self._write(answer, closes=closes, with_body=request.method != "HEAD")
        if closes:
            self._end()
        self._take_up()

    def refuse(self, problem: Problem) -> None:
        """Take no more, and say why, unless earlier answers are still to come; then close."""
        self.ended = True
        self.in_message = False
        if not self.in_hand and not self._ahead:
            self.waiting_since = self._clock()
            self._write(problems.to_response(problem), closes=True, with_body=True)
            self._end()

    def close(self) -> None:
        """Close when all is sent; nothing more is taken."""
        self.ended = True
        self.waiting_since = self._clock()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once, whether the client has got its answers or not."""
        if self._transport is not None:
            self._transport.abort()

    def _take_up(self) -> None:
        """Begin the next request when its turn has come; read on when none is left to begin."""
        if self._ahead and not self.in_hand and not self.unread:
            self.in_hand = True
            self._host.begin(self, self._ahead.popleft())
        reads = not self._ahead and not self.unread
        if reads != self._reads and self._transport is not None:
            self._reads = reads
            if self._transport.is_closing():
                return
            if reads:
                self._transport.resume_reading()
            else:
                self._transport.pause_reading()

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

    def _end(self) -> None:
        """Say that this was all, and wait for the client to go.

        What it is still sending is not taken in. But if the connection were closed on it, it
        would look broken, and the last answer could be lost.
        """
        self.ended = True
        self._ahead.clear()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write_eof()


def _reason(error: HttpParserError) -> Problem:
    """What to tell a client when the parser has stopped, by itself or by what a call raised."""
    raised = error.__context__
    if isinstance(raised, Problem):
        return raised
    if raised is None or isinstance(raised, HttpParserError):
        return Problem(problems.BAD_REQUEST, NOT_HTTP)
    log.error("request not read", exc_info=raised)
    return Problem(problems.INTERNAL)
