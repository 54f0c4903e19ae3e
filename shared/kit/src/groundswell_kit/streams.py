"""Server-sent events: answers that go on, bounded in number and ended when the process stops.

Used by the routes that follow something. What is sent is FastAPI's to format (`fastapi.sse`).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Message, Send

from groundswell_kit.observability import get_logger
from groundswell_kit.problems import unavailable

log = get_logger()

HEARTBEAT_SECONDS = 15.0
TURN_SECONDS = 1.0
# A client that takes nothing for so long is not there, whatever its connection says.
SEND_SECONDS = 30.0
COME_BACK_SECONDS = 5

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

Next = Callable[[float], Awaitable[bytes | None]]


class Ended(Exception):
    """Raised by what a stream follows: nothing more will come; carries the last event."""

    def __init__(self, last: bytes = b"") -> None:
        super().__init__("the stream has ended")
        self.last = last


class EventStreams:
    """The event streams of one process: `open` are sent now, and at most `limit` may be."""

    def __init__(self, limit: int) -> None:
        self.open = 0
        self._limit = limit
        self._ending = False

    def end(self) -> None:
        """End them all within about a second, and begin no others: the process stops."""
        self._ending = True

    def respond(self, following: Next) -> EventSourceResponse:
        """A stream of what `following(seconds)` gives, until it raises Ended or we stop.

        It is asked when the client has taken what came before, so that a slow client holds up
        nobody and owns no queue; it answers within those seconds, with None when there is nothing.
        A 503 problem with Retry-After when there are too many streams.
        """
        if self.open >= self._limit or self._ending:
            raise unavailable("No more streams are served now.", COME_BACK_SECONDS)
        return _Stream(self, following)

    async def run(self, following: Next) -> AsyncIterator[bytes]:
        """What one stream sends."""
        silent = 0.0
        loop = asyncio.get_running_loop()
        yield format_sse_event(retry=1_000)
        while not self._ending:
            began = loop.time()
            try:
                event = await following(TURN_SECONDS)
            except Ended as ended:
                if ended.last:
                    yield ended.last
                return
            silent = 0.0 if event is not None else silent + loop.time() - began
            if event is not None:
                yield event
            elif silent >= HEARTBEAT_SECONDS:
                silent = 0.0
                yield KEEPALIVE_COMMENT
        yield format_sse_event(event="closing", data_str="{}")


class _Stream(EventSourceResponse):
    """Counts itself while it is sent, and gives up on a client that does not read."""

    def __init__(self, streams: EventStreams, following: Next) -> None:
        super().__init__(streams.run(following), headers=_HEADERS)
        self._streams = streams

    async def stream_response(self, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        self._streams.open += 1
        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            log.info("a stream's client does not read, and is left")
        finally:
            self._streams.open -= 1
