"""A network between a process and an engine that can be slow, or hold a message back.

TCP on loopback, byte for byte, but that Kafka's own address in its answers becomes the proxy's.
"""

import asyncio
import logging
import re
import struct
from contextlib import suppress
from dataclasses import dataclass

log = logging.getLogger(__name__)

CHUNK = 1 << 16
LAST_ANSWER_SECONDS = 1.0

_VOTE_ID = rb"poll_\w+\.[\w=-]{16}"
A_WRITE = re.compile(rb"EVAL.*" + _VOTE_ID, re.DOTALL)
"""A counter's write, which names the last vote that it counted."""

_POSITION = re.compile(rb"\{v(\d+)\}:position")

A_LOAD = re.compile(rb"\A(?!.*" + _VOTE_ID + rb").*EVAL.*:ballots:", re.DOTALL)
"""A counter's look at the ballots of a batch."""


@dataclass(slots=True)
class Held:
    """A message to be caught and held back until `release`; then `answer` is what it got.

    `twice`: it arrives twice at once, and its sender is cut off before any answer.
    """

    wanted: re.Pattern[bytes]
    twice: bool
    caught: asyncio.Event
    release: asyncio.Event
    message: bytes = b""
    answer: bytes = b""

    @property
    def partition(self) -> int:
        """The partition that a write of the count is for."""
        found = _POSITION.search(self.message)
        if found is None:
            raise ValueError("not a write of the count")
        return int(found[1])


class Proxy:
    """Listens on a port of its own for one engine; `delay` slows answers, in seconds."""

    def __init__(self, port: int, *, speaks_kafka: bool = False) -> None:
        self.port = 0
        self.delay = 0.0
        self._target = port
        self._speaks_kafka = speaks_kafka
        self._held: Held | None = None
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self.asked = asyncio.Event()

    async def start(self) -> None:
        """Listen; `port` tells where."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut everything off."""
        if self._server is not None:
            self._server.close()
        for task in list(self._connections):
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def hold_next(self, wanted: re.Pattern[bytes], *, twice: bool = False) -> Held:
        """Hold the next message from the process that matches, until it is released."""
        self._held = Held(wanted, twice, asyncio.Event(), asyncio.Event())
        return self._held

    async def _serve(self, near: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        connection = _Connection(self, near, answer)
        try:
            with suppress(OSError):  # one side has gone; the other learns it by the close below
                await connection.run(self._target)
        finally:
            self._connections.discard(task)
            answer.close()

    def take_hold(self, data: bytes) -> Held | None:
        """The hold that this message meets, which then is over for others."""
        held = self._held
        if held is None or not held.wanted.search(data):
            return None
        self._held = None
        return held

    def readdressed(self, data: bytes) -> bytes:
        """Kafka's answer with the proxy's port beside its host."""
        if not self._speaks_kafka:
            return data
        host = b"127.0.0.1"
        return data.replace(
            host + struct.pack(">i", self._target), host + struct.pack(">i", self.port)
        )

    def is_slow(self, request: bytes) -> bool:
        """Whether a Kafka connection asks for offsets or records, whose answers are slowed."""
        return self._speaks_kafka and request[4:6] in (b"\x00\x01", b"\x00\x02")


class _Connection:
    """One connection through the proxy, until either side ends it."""

    def __init__(
        self, proxy: Proxy, near: asyncio.StreamReader, answer: asyncio.StreamWriter
    ) -> None:
        self._proxy = proxy
        self._near = near
        self._answer = answer
        self._slow = False
        self._held: Held | None = None

    async def run(self, target: int) -> None:
        far, request = await asyncio.open_connection("127.0.0.1", target)
        late: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(10_000)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._requests(request))
                group.create_task(self._answers(far, late))
                group.create_task(self._deliver(late))
        except* (OSError, EOFError) as gone:
            log.debug("connection ended: %s", gone.exceptions)
        finally:
            request.close()

    async def _requests(self, request: asyncio.StreamWriter) -> None:
        while data := await self._near.read(CHUNK):
            if self._proxy.is_slow(data):
                self._slow = True
                if data[4:6] == b"\x00\x02":
                    self._proxy.asked.set()
            held = self._proxy.take_hold(data)
            if held is not None:
                self._held = held
                held.message = data
                held.caught.set()
                await held.release.wait()
                if held.twice:
                    request.write(data + data)
                    break
            request.write(data)
            await request.drain()
        # What was held is answered even when nobody waits for it any more: the answer is evidence.
        if self._held is not None and not self._held.answer:
            await asyncio.sleep(LAST_ANSWER_SECONDS)
        raise EOFError

    async def _answers(
        self, far: asyncio.StreamReader, late: "asyncio.Queue[tuple[float, bytes]]"
    ) -> None:
        loop = asyncio.get_running_loop()
        while data := await far.read(CHUNK):
            if self._held is not None and self._held.release.is_set():
                self._held.answer = self._held.answer or data
                if self._held.twice:
                    continue
            delay = self._proxy.delay if self._slow else 0.0
            await late.put((loop.time() + delay, self._proxy.readdressed(data)))
        raise EOFError

    async def _deliver(self, late: "asyncio.Queue[tuple[float, bytes]]") -> None:
        loop = asyncio.get_running_loop()
        while True:
            due, data = await late.get()
            await asyncio.sleep(max(0.0, due - loop.time()))
            self._answer.write(data)
            await self._answer.drain()
