"""Counters of a test's own log, and projections that trouble them at the worst moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.asyncio import Redis

from groundswell_kit.health import Heartbeat
from groundswell_kit.partitions import PartitionReader, Position
from groundswell_voting.counting.counter import Counter
from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.projection import Projection
from groundswell_voting.counting.rules import Ballot
from groundswell_voting.voteslog.codec import record_id
from groundswell_voting.voteslog.rules import Record
from tests.integration.voting.world import Log, running

Act = Callable[[], Awaitable[None]]


class Troubled(Projection):
    """Does something once, right before a certain call; the counter knows nothing of it."""

    def __init__(self, redis: Redis, before: str, act: Act) -> None:
        super().__init__(redis)
        self._before = before
        self._act: Act | None = act
        self.refused = 0

    async def _trouble(self, call: str) -> None:
        if call == self._before and self._act is not None:
            act, self._act = self._act, None
            await act()

    async def restore(self, partition: int, partitions: int) -> tuple[Position, Fold]:
        await self._trouble("restore")
        return await super().restore(partition, partitions)

    async def load(
        self, partition: int, keys: Iterable[BallotKey]
    ) -> tuple[Position, dict[BallotKey, Ballot]]:
        await self._trouble("load")
        return await super().load(partition, keys)

    async def save(self, fold: Fold, expected: int, last: Record) -> bool:
        await self._trouble("save")
        saved = await super().save(fold, expected, last)
        self.refused += not saved
        return saved


class Held(Projection):
    """Once `hold` is set, a save waits until it is let go, as in a process that was paused."""

    def __init__(self, redis: Redis) -> None:
        super().__init__(redis)
        self.hold = False
        self.go_on = asyncio.Event()
        self.holding: set[int] = set()
        self.saved: dict[int, list[bool]] = {}

    async def save(self, fold: Fold, expected: int, last: Record) -> bool:
        held = self.hold
        if held:
            self.holding.add(fold.partition)
            await self.go_on.wait()
        saved = await super().save(fold, expected, last)
        if held:
            self.saved.setdefault(fold.partition, []).append(saved)
        return saved


@dataclass
class Counting:
    """A counter of a log; those of one group share its partitions."""

    log: Log
    projection: Projection
    group: str = "counter"
    reader: PartitionReader = field(init=False)
    counter: Counter = field(init=False)

    def __post_init__(self) -> None:
        self.reader = PartitionReader(
            self.log.bootstrap,
            self.log.topic,
            f"{self.log.topic}.{self.group}",
            load=self.projection.position,
            record_id=record_id,
        )
        self.counter = Counter(self.reader, self.projection, self.log.partitions, Heartbeat(30))

    async def owns(self, count: int) -> bool:
        return len(self.reader.owned) >= count


@asynccontextmanager
async def counting(
    log: Log, projection: Projection, group: str = "counter"
) -> AsyncIterator[Counting]:
    """A counter that runs."""
    one = Counting(log, projection, group)
    async with running(one.counter.run):
        yield one
