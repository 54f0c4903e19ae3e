"""Event streams: bounded, with heartbeats, ended by what they follow or by the process."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import pytest

from groundswell_kit import streams as module
from groundswell_kit.problems import Problem
from groundswell_kit.streams import Ended, EventStreams, Next

SCOPE = {"type": "http", "asgi": {"spec_version": "2.3"}}


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURN_SECONDS", 0.01)
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)


async def nothing(seconds: float) -> bytes | None:
    await asyncio.sleep(seconds)
    return None


def following(*events: bytes) -> Next:
    """Gives these, then ends."""
    left = list(events)

    async def following(_: float) -> bytes | None:
        if not left:
            raise Ended(b"last\n\n")
        return left.pop(0)

    return following


async def collected(stream: AsyncIterator[bytes]) -> list[bytes]:
    async with asyncio.timeout(30):
        return [chunk async for chunk in stream]


async def test_events_come_as_they_are_then_the_last_one() -> None:
    sent = await collected(EventStreams(1).run(following(b"one\n\n", b"two\n\n")))
    assert sent == [b"retry: 1000\n\n", b"one\n\n", b"two\n\n", b"last\n\n"]


async def test_silence_is_filled_with_comments() -> None:
    stream = EventStreams(1).run(nothing)
    assert await anext(stream) == b"retry: 1000\n\n"
    async with asyncio.timeout(30):
        assert (await anext(stream)).startswith(b":")
    await stream.aclose()  # type: ignore[attr-defined]  # it is a generator


async def test_the_end_of_the_process_is_told() -> None:
    streams = EventStreams(1)
    stream = streams.run(nothing)
    await anext(stream)
    streams.end()
    assert await collected(stream) == [b"event: closing\ndata: {}\n\n"]
    with pytest.raises(Problem) as refused:
        streams.respond(nothing)
    assert refused.value.kind.status == 503


async def test_there_are_so_many_and_no_more() -> None:
    streams = EventStreams(2)
    sending = [asyncio.create_task(_serve(streams, nothing)) for _ in range(2)]
    async with asyncio.timeout(30):
        while streams.open < 2:  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.01)
    with pytest.raises(Problem) as refused:
        streams.respond(nothing)
    assert refused.value.kind.status == 503
    assert refused.value.headers["Retry-After"]
    for task in sending:
        task.cancel()
    await asyncio.wait(sending)
    assert streams.open == 0


async def test_who_leaves_makes_room() -> None:
    streams = EventStreams(1)
    left = asyncio.Event()
    serving = asyncio.create_task(_serve(streams, nothing, left=left))
    await asyncio.sleep(0.05)
    left.set()
    async with asyncio.timeout(30):
        await serving
    assert streams.open == 0


async def test_who_does_not_read_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEND_SECONDS", 0.05)
    streams = EventStreams(1)

    async def never(_: MutableMapping[str, Any]) -> None:
        await asyncio.Event().wait()

    async with asyncio.timeout(30):
        await streams.respond(nothing)(SCOPE, _stays(None), never)
    assert streams.open == 0


async def _serve(streams: EventStreams, following: Next, left: asyncio.Event | None = None) -> None:
    async def take(_: MutableMapping[str, Any]) -> None:
        await asyncio.sleep(0)

    await streams.respond(following)(SCOPE, _stays(left), take)


def _stays(left: asyncio.Event | None) -> Any:
    """A client that stays until it has left."""

    async def receive() -> MutableMapping[str, Any]:
        await (left or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    return receive
