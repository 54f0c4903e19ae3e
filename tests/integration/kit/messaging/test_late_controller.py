"""Making topics waits for the cluster's controller, but not for ever, nor where it has no need."""

import asyncio
import math
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.protocol.metadata import MetadataResponse_v5

from groundswell_contracts.topics import Topic
from groundswell_kit.ids import new_id
from groundswell_kit.kafka import ensure_topics, missing_topics
from groundswell_local.engines import Engines

# What a cluster tells of itself while brokers know of no controller, or none has registered yet.
WITHOUT_CONTROLLER = [{"controller_id": -1}, {"controller_id": -1, "brokers": []}]


class Way:
    """A way to the broker on which the first `times` answers about the cluster hide something."""

    def __init__(self, bootstrap: str, hidden: dict[str, Any], times: float) -> None:
        self.address = ""
        self.times = times
        self._bootstrap = bootstrap
        self._hidden = hidden

    @asynccontextmanager
    async def open(self) -> AsyncIterator["Way"]:
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            self.address = "127.0.0.1:{1}".format(*server.sockets[0].getsockname())
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        broker, to_broker = await asyncio.open_connection(*self._bootstrap.split(":"))
        try:
            while True:
                request = await frame(reader)
                to_broker.write(struct.pack(">i", len(request)) + request)
                answer = await frame(broker)
                if struct.unpack(">hh", request[:4]) == (3, 5):  # for metadata, as aiokafka asks
                    answer = answer[:4] + self._told(answer[4:])
                writer.write(struct.pack(">i", len(answer)) + answer)
        except asyncio.IncompleteReadError:
            pass  # aiokafka has hung up
        finally:
            to_broker.close()
            writer.close()

    def _told(self, metadata: bytes) -> bytes:
        told = MetadataResponse_v5.decode(metadata)
        _, port = self.address.split(":")
        brokers = told.get_item("brokers")
        shown = {"brokers": [(node_id, "127.0.0.1", int(port), None) for node_id, *_ in brokers]}
        if self.times > 0:
            self.times -= 1
            shown |= self._hidden
        vars(told).update(shown)
        return told.encode()


async def frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = struct.unpack(">i", await reader.readexactly(4))
    return await reader.readexactly(length)


@pytest.fixture
def fresh() -> Topic:
    return Topic(f"groundswell.{new_id('kit')}.v1", key="thing", partitions=1)


@pytest.mark.parametrize("hidden", WITHOUT_CONTROLLER)
async def test_a_controller_that_comes_late_is_waited_for(
    engines: Engines, fresh: Topic, hidden: dict[str, Any]
) -> None:
    bootstrap = engines.kafka.address
    async with Way(bootstrap, hidden, times=5).open() as way:
        await ensure_topics(way.address, [fresh], 1)
    assert (way.times, await missing_topics(bootstrap, [fresh])) == (0, [])


async def test_topics_that_are_there_need_none(engines: Engines, fresh: Topic) -> None:
    await ensure_topics(engines.kafka.address, [fresh], 1)
    async with Way(engines.kafka.address, {"controller_id": -1}, times=math.inf).open() as way:
        await ensure_topics(way.address, [fresh], 1)


@pytest.mark.parametrize("hidden", WITHOUT_CONTROLLER)
async def test_one_that_does_not_come_is_waited_for_no_longer_than_for_anything(
    engines: Engines, fresh: Topic, hidden: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Way(engines.kafka.address, hidden, times=math.inf).open() as way:
        with monkeypatch.context() as brief:
            brief.setattr("groundswell_kit.kafka._ADMIN_SECONDS", 2.0)
            with pytest.raises(TimeoutError):
                await ensure_topics(way.address, [fresh], 1)
    assert await missing_topics(engines.kafka.address, [fresh]) == [fresh.name]
