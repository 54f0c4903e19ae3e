"""HTTP/1.1 straight on sockets, for the programs of the bench that stand for thousands of clients.

On two cores what the clients use is taken from what is measured: a request costs a tenth of what an
event loop with a task for each would cost.
"""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

OPENED_AT_ONCE = 500
OPENING_PAUSE_SECONDS = 0.02
CONNECT_SECONDS = 10.0
READ_BYTES = 65_536


class Broken(Exception):
    """A connection ended without an answer, or with something that is none."""


@dataclass(slots=True, eq=False)
class Connection:
    """One kept-alive connection, with one request under way at most.

    `due` is the moment from which its user counts the time of the request under way.
    """

    socket: socket.socket
    due: float = 0.0
    _came: bytes = b""

    def send(self, request: bytes) -> None:
        """Send a whole request, at once. Raises Broken when the network does not take it."""
        try:
            sent = self.socket.send(request)
        except OSError as error:
            raise Broken(repr(error)) from error
        if sent != len(request):
            raise Broken(f"only {sent} of {len(request)} bytes were taken")

    def receive(self) -> "Answer | None":
        """The answer to the request under way; None while it is not whole. Raises Broken."""
        try:
            came = self.socket.recv(READ_BYTES)
        except OSError as error:
            raise Broken(repr(error)) from error
        if not came:
            raise Broken("it was closed")
        self._came += came
        answer = _whole(self._came)
        if answer is not None:
            self._came = b""
        return answer


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; `head` in small letters."""

    status: int
    head: bytes
    body: bytes


def _whole(came: bytes) -> Answer | None:
    head, _, body = came.partition(b"\r\n\r\n")
    head = head.lower()
    _, named, behind = head.partition(b"\r\ncontent-length:")
    if not named:
        return None
    length = int(behind.partition(b"\r\n")[0])
    return Answer(int(head[9:12]), head, body) if len(body) >= length else None


class Wire:
    """Connections that wait for answers together."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    def open(self, url: str, count: int) -> list[Connection]:
        """So many new connections to a server, a few hundred at a time. Raises OSError."""
        address = urlsplit(url)
        opened = []
        for number in range(1, count + 1):
            one = socket.create_connection((address.hostname, address.port), CONNECT_SECONDS)
            one.setblocking(False)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = Connection(one)
            self._selector.register(one, selectors.EVENT_READ, connection)
            opened.append(connection)
            if number % OPENED_AT_ONCE == 0:
                time.sleep(OPENING_PAUSE_SECONDS)  # they are accepted meanwhile
        return opened

    def answers(self, timeout_seconds: float) -> Iterator[tuple[Connection, Answer]]:
        """The answers that have come, or that come first within this time. Raises Broken."""
        for key, _ in self._selector.select(timeout_seconds):
            answer = key.data.receive()
            if answer is not None:
                yield key.data, answer


def request(method: str, host: str, path: str, credential: str, body: str = "") -> bytes:
    """A request with a bearer's credential and a body of JSON."""
    return (
        f"{method} {path} HTTP/1.1\r\nhost: {host}\r\n"
        f"authorization: Bearer {credential}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n{body}"
    ).encode()
