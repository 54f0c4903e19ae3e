"""How far counter and archiver have come, asked of Redis and MongoDB, and how fast they went."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition

from groundswell_contracts.topics import VOTES
from groundswell_voting.counting.projection import Projection
from tests.load.tools import LoadFailed
from tests.load.world import World, until

REST_SECONDS = 600.0
SAMPLE_SECONDS = 0.05
_PARTITIONS = range(VOTES.partitions)


@dataclass(frozen=True, slots=True)
class Progress:
    """Offsets summed over the partitions of the votes log."""

    world: World
    consumer: AIOKafkaConsumer

    async def logged(self) -> int:
        """How many records the log has."""
        partitions = [TopicPartition(VOTES.name, number) for number in _PARTITIONS]
        return sum((await self.consumer.end_offsets(partitions)).values())

    async def counted(self) -> int:
        """How many records of the log Redis stands behind."""
        found = await Projection(self.world.redis).positions(VOTES.partitions)
        return sum(position.offset for position in found)

    async def archived(self) -> int:
        """How many records of the log the archive stands behind."""
        found = self.world.database["votes_log_positions"].find({}, {"offset": 1})
        return sum([position["offset"] async for position in found])

    async def until_at_rest(self) -> None:
        """Waits until everything in the log is counted and archived."""

        async def is_at_rest() -> bool:
            logged = await self.logged()
            return await self.counted() == logged == await self.archived()

        await until(is_at_rest, "everything is counted and archived", REST_SECONDS, 0.1)


@asynccontextmanager
async def progress(world: World) -> AsyncIterator[Progress]:
    """Asks one world, with a Kafka client of its own."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=world.engines.kafka.address, enable_auto_commit=False
    )
    await consumer.start()
    try:
        yield Progress(world, consumer)
    finally:
        await consumer.stop()


async def worked_off(
    position: Callable[[], Awaitable[int]], end: int, within_seconds: float = REST_SECONDS
) -> tuple[int, float]:
    """Watches a position from its first step to `end`: the records between, and the seconds."""
    deadline = time.monotonic() + within_seconds
    first, began = 0, 0.0
    while (reached := await position()) < end:
        now = time.monotonic()
        if now > deadline:
            raise LoadFailed(f"stands at {reached} of {end} after {within_seconds:g} s")
        if reached and not first:
            first, began = reached, now
        await asyncio.sleep(SAMPLE_SECONDS)
    if not first:
        raise LoadFailed("it was over before it was looked at; take more records")
    return end - first, time.monotonic() - began


def used_since(world: World, before: Mapping[str, float], votes: int) -> dict[str, float]:
    """CPU microseconds per vote of each process of the world that ran all the time since `before`.

    A vote costs nothing more only when it is archived: to be asked at rest.
    """
    now = world.cpu()
    return {
        f"{name}_cpu_us_per_vote": (now[name] - used) * 1e6 / votes
        for name, used in before.items()
        if name in now
    }
