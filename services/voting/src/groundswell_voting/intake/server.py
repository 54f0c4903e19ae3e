"""The server of the ballot box: listens, answers through the application, drains at the end.

Run by kit's `serve` in place of the server that other roles have.
"""

import asyncio
import resource
from collections import deque
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
"""From the first byte of a request to its last one; and to read what answers pile up."""
GOING_SECONDS = 1.0
"""How long a client that has got its last answer may take to read it and go."""
MAX_CONNECTIONS = 10_000
REFUSAL_SECONDS = 0.5
"""Clients that ask again at once would keep a busy box busier still with refusing them."""
REFUSALS_AT_ONCE = 200
"""Those that were taken on wait no longer than for these."""
REFUSAL_PAUSE_SECONDS = 0.01

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
        self.max_connections = _max_connections()
        self.date = b""
        self.draining = False
        self._health = health
        self._state: Literal["starting", "open"] = "starting"
        self._answering: set[asyncio.Task[None]] = set()
        self._in_hand = 0
        self._refused: deque[tuple[float, Connection, Request]] = deque()
        self._stopped = asyncio.Event()
        self._stop_seconds = 0
        self._listener: asyncio.Server | None = None
        self._socket = listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        log.info("listening", role=role, host=host, port=self.port, wanted_port=port)

    async def serve(self) -> None:
        """Serves until drained."""
        loop = asyncio.get_running_loop()
        self._sweep(overslept=0.0)
        self._listener = await loop.create_server(
            lambda: Connection(self), sock=self._socket, backlog=BACKLOG
        )
        while not self._stopped.is_set():
            began = loop.time()
            await asyncio.sleep(SWEEP_SECONDS)
            # A process that was asleep has not read yet what came meanwhile.
            overslept = loop.time() - began - SWEEP_SECONDS
            self._sweep(max(0.0, overslept))
        self._listener.close()
        while self._refused:
            self._refuse()
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
        """Have a request answered, in a task of its own: a vote goes on without its sender.

        Refusing costs next to nothing, or there would be no time left for those taken on.
        """
        loop = asyncio.get_running_loop()
        if self._in_hand >= self.application.room and request.path not in PATHS:
            request.body = b""
            self._refused.append((loop.time() + REFUSAL_SECONDS, connection, request))
            if len(self._refused) == 1:
                loop.call_later(REFUSAL_SECONDS, self._refuse)
            return
        self._in_hand += 1
        task = loop.create_task(self._answer(connection, request))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    def _refuse(self) -> None:
        """Answer some of those for whom there was no room, and come back for the others."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        refused = 0
        while self._refused and refused < REFUSALS_AT_ONCE:
            due, connection, request = self._refused[0]
            if due > now and not self.draining:
                break
            connection.answer(request, self.application.busy())
            self._refused.popleft()
            refused += 1
        if self._refused:
            due, *_ = self._refused[0]
            loop.call_at(max(due, now + REFUSAL_PAUSE_SECONDS), self._refuse)

    async def _answer(self, connection: Connection, request: Request) -> None:
        try:
            answer = await self._answer_to(request)
        except Exception:
            log.exception("not answered", path=request.path)
            answer = problems.to_response(problems.Problem(problems.INTERNAL))
        self._in_hand -= 1
        connection.answer(request, answer)

    async def _answer_to(self, request: Request) -> Answer:
        if request.path in PATHS and request.method in ("GET", "HEAD"):
            return await answer_probe(self._health, request.path)
        if self._state == "starting":
            return _STARTING
        return await self.application.answer(request)

    def _sweep(self, overslept: float) -> None:
        """Tell the time, and end the connections of clients that have kept us waiting too long.

        The seconds that the process itself `overslept` are nobody's delay.
        """
        self.date = formatdate(usegmt=True).encode()
        now = asyncio.get_running_loop().time()
        for connection in list(self.connections):
            connection.waiting_since += overslept
            if connection.in_hand:
                continue
            waited = now - connection.waiting_since
            if connection.ended:
                if waited > GOING_SECONDS:
                    connection.abort()
            elif connection.in_message or connection.unread:
                if waited > REQUEST_SECONDS:
                    late = problems.Problem(problems.BAD_REQUEST, "It did not come in time.")
                    connection.refuse(late)
            elif waited > KEEP_ALIVE_SECONDS:
                connection.close()


def _max_connections() -> int:
    """Fewer than the files that the process may open: it needs Kafka and Redis as well."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MAX_CONNECTIONS if files < 0 else min(MAX_CONNECTIONS, files * 3 // 4)
