"""One HTTP server on a socket of its own: uvicorn, started and drained by `serve`."""

import asyncio
import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from groundswell_kit import health, problems
from groundswell_kit.asgi import AsgiApp, Message, Receive, Scope, Send, respond
from groundswell_kit.observability import get_logger

log = get_logger()

BACKLOG = 2048
MAX_HEAD_BYTES = 64 * 1024
# Longer than load balancers keep an idle connection, so that they close it and not we.
KEEP_ALIVE_SECONDS = 75
# How long a kept-alive client may send one more request, answered with "connection: close".
LINGER_SECONDS = 0.5


class HttpServer:
    """Serves `app` on `port`, or on a free port if that is 0 or taken; logs "listening".

    Until `open()`, only the health paths are served and all else is a 503.
    """

    def __init__(self, role: str, host: str, port: int, app: AsgiApp) -> None:
        self._app = app
        self._state: Literal["starting", "open", "draining"] = "starting"
        self._socket = listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        self._server = _Server(
            uvicorn.Config(
                self._gate,
                interface="asgi3",
                http=_Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                backlog=BACKLOG,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                reset_contextvars=True,
            )
        )
        log.info("listening", role=role, host=host, port=self.port, wanted_port=port)

    async def serve(self) -> None:
        """Serves until drained."""
        await self._server.serve(sockets=[self._socket])

    def open(self) -> None:
        """From now on requests reach the app."""
        self._state = "open"

    async def drain(self, seconds: int) -> None:
        """Refuses new connections, lets requests in hand finish for `seconds`; `serve` returns."""
        self._state = "draining"
        if self._server.started:
            for listener in self._server.servers:
                listener.close()
        await self._linger()
        self._server.config.timeout_graceful_shutdown = seconds
        self._server.should_exit = True

    async def _linger(self) -> None:
        loop = asyncio.get_running_loop()
        until = loop.time() + LINGER_SECONDS
        connections = self._server.server_state.connections
        while connections and loop.time() < until:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)

    async def _gate(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._state == "draining":
            await self._app(scope, receive, _closing(send))
        elif self._state == "open" or scope["path"] in health.PATHS:
            await self._app(scope, receive, send)
        else:
            await respond(send, *problems.to_response(problems.unavailable("Starting.")))


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves the signals to `serve.run_roles`, which drains all servers of the process."""
        yield


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with a bound on the request's head and problems for broken HTTP."""

    _head_bytes = 0
    _in_head = False

    def data_received(self, data: bytes) -> None:
        was_in_head = self._in_head
        super().data_received(data)
        if was_in_head and self._in_head and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.send_400_response("The request's headers are too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = 0
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        problem = problems.Problem(problems.BAD_REQUEST, msg)
        status, headers, body = problems.to_response(problem)
        headers += [
            (b"content-length", str(len(body)).encode("ascii")),
            (b"connection", b"close"),
        ]
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(STATUS_LINE[status] + lines + b"\r\n" + body)
        self.transport.close()


def _closing(send: Send) -> Send:
    """Tells the client not to send another request on this connection."""

    async def send_and_close(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), (b"connection", b"close")]
        await send(message)

    return send_and_close


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on `port`, or on a free one if that is 0 or taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return socket.create_server((host, 0), family=family, backlog=BACKLOG)
