"""The server of the ballot box: listens, answers through the application, drains at the end.

Run by kit's `serve` in place of the server that other roles have.
"""

import asyncio
from email.utils import formatdate
from typing import Literal

from groundswell_kit import problems
from groundswell_kit.health import PATHS, Health, answer_probe
from groundswell_kit.observability import get_logger
from groundswell_kit.server import BACKLOG, KEEP_ALIVE_SECONDS, LINGER_SECONDS, listen
from groundswell_voting.intake.http import Answer, Application, Connection, Request

log = get_logger()

SWEEP_SECONDS = 0.25
REQUEST_SECONDS = 3.0
"""From the first byte of a request to its last one."""
REFUSED_SECONDS = 1.0
"""How long a client that was refused may go on sending."""

_STARTING = problems.to_response(problems.unavailable("Starting."))


class BoxServer:
    """Serves `application` on `port`, or on a free one if that is 0 or taken.

    Until `open()`, only the health paths are served and all else is a 503.
    """

    def __init__(
        self, role: str, host: str, port: int, health: Health, application: Application
    ) -> None:
        self.application = application
        self.connections: set[Connection] = set()
        self.date = b""
        self.draining = False
        self._health = health
        self._state: Literal["starting", "open"] = "starting"
        self._answering: set[asyncio.Task[None]] = set()
        self._stopped = asyncio.Event()
        self._stop_seconds = 0
        self._listener: asyncio.Server | None = None
        self._socket = listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        log.info("listening", role=role, host=host, port=self.port, wanted_port=port)

    async def serve(self) -> None:
        """Serves until drained."""
        loop = asyncio.get_running_loop()
        self._sweep()
        self._listener = await loop.create_server(
            lambda: Connection(self), sock=self._socket, backlog=BACKLOG
        )
        while not self._stopped.is_set():
            await asyncio.sleep(SWEEP_SECONDS)
            self._sweep()
        self._listener.close()
        if self._answering:
            await asyncio.wait(set(self._answering), timeout=self._stop_seconds)
        for connection in list(self.connections):
            connection.close()

    def open(self) -> None:
        """From now on requests reach the application."""
        self._state = "open"

    async def drain(self, seconds: int) -> None:
        """Refuses new connections, lets requests in hand finish for `seconds`; `serve` returns."""
        self.draining = True
        if self._listener is not None:
            self._listener.close()
        loop = asyncio.get_running_loop()
        until = loop.time() + LINGER_SECONDS
        while self.connections and loop.time() < until:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.01)
        for connection in list(self.connections):
            if not connection.in_hand:
                connection.close()
        self._stop_seconds = seconds
        self._stopped.set()

    def begin(self, connection: Connection, request: Request) -> None:
        """Have a request answered, in a task of its own: a vote goes on without its sender."""
        task = asyncio.get_running_loop().create_task(self._answer(connection, request))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, connection: Connection, request: Request) -> None:
        try:
            answer = await self._answer_to(request)
        except Exception:
            log.exception("not answered", path=request.path)
            answer = problems.to_response(problems.Problem(problems.INTERNAL))
        connection.answer(request, answer)

    async def _answer_to(self, request: Request) -> Answer:
        if request.path in PATHS and request.method in ("GET", "HEAD"):
            return await answer_probe(self._health, request.path)
        if self._state == "starting":
            return _STARTING
        return await self.application.answer(request)

    def _sweep(self) -> None:
        """Tell the time, and end the connections of clients that have kept us waiting too long."""
        self.date = formatdate(usegmt=True).encode()
        now = asyncio.get_running_loop().time()
        for connection in list(self.connections):
            waited = now - connection.waiting_since
            if connection.in_hand:
                continue
            if connection.ended:
                if waited > REFUSED_SECONDS:
                    connection.close()
            elif connection.in_message:
                if waited > REQUEST_SECONDS:
                    late = problems.Problem(problems.BAD_REQUEST, "It did not come in time.")
                    connection.refuse(late)
            elif waited > KEEP_ALIVE_SECONDS:
                connection.close()
