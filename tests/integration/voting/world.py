"""Votes logs of their own for tests, what Redis holds of them, and waiting with a deadline."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from redis.asyncio import Redis
from redis.exceptions import BusyLoadingError

from groundswell_contracts.cloudevents import CloudEvent, to_kafka
from groundswell_contracts.event import Event
from groundswell_contracts.poll_rules import PollRules
from groundswell_contracts.votes import (
    PollRetired,
    TallySealed,
    VoteCast,
    VotingClosed,
    VotingOpened,
)
from groundswell_kit.clock import utc_now
from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.projection import NotRestored, Projection
from groundswell_voting.counting.rules import Ballot, Poll
from groundswell_voting.counting.tally import Tally
from groundswell_voting.voteslog.codec import UnknownRecordType, decode
from groundswell_voting.voteslog.rules import partition_of

BRAND = "nerc"
IDEAS = ("idea_boaty", "idea_poppy", "idea_henry", "idea_cold", "idea_david")
FOREVER = "2100-01-01T00:00:00Z"
# For what is sure to come, also on a machine that has little time for it.
PATIENCE_SECONDS = 45.0
STOP_SECONDS = 25.0

Task = Callable[[asyncio.Event], Awaitable[None]]
RawRecord = ConsumerRecord[bytes, bytes]
Content = dict[str, dict[Any, Any]]


async def eventually(
    holds: Callable[[], Awaitable[bool]], what: str, within_seconds: float = PATIENCE_SECONDS
) -> None:
    """Returns as soon as it holds; fails when it does not in that time."""
    deadline = time.monotonic() + within_seconds
    while not await holds():
        assert time.monotonic() < deadline, f"not within {within_seconds:g} s: {what}"
        await asyncio.sleep(0.02)


async def until(holds: Callable[[], object], what: str) -> None:
    """As `eventually`, for what this process can tell at once."""

    async def is_so() -> bool:
        return bool(holds())

    await eventually(is_so, what)


@asynccontextmanager
async def running(*tasks: Task) -> AsyncIterator[None]:
    """Runs tasks beside the test; then stops them, which they must heed in time."""
    stop = asyncio.Event()
    started = [asyncio.ensure_future(task(stop)) for task in tasks]
    try:
        yield
    finally:
        stop.set()
        late: set[asyncio.Future[None]] = set()
        if started:
            _, late = await asyncio.wait(started, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        ends = await asyncio.gather(*started, return_exceptions=True)
    assert not late, "a task did not heed its stop"
    for end in ends:
        if isinstance(end, BaseException):
            raise end


def opened(
    poll_id: str = "ship", number: int = 1, closes_at: str = FOREVER, **rules: Any
) -> VotingOpened:
    return VotingOpened.model_validate(
        {
            "poll_id": poll_id,
            "contest_id": "con_1",
            "number": number,
            "rules": PollRules(**rules),
            "idea_ids": list(IDEAS),
            "closes_at": closes_at,
        }
    )


def rest_of_life(poll_id: str = "ship") -> tuple[VotingClosed, TallySealed, PollRetired]:
    """The control records that follow an opening."""
    return (
        VotingClosed(poll_id=poll_id, number=2, reason="closed_early"),
        TallySealed(poll_id=poll_id, number=3),
        PollRetired(poll_id=poll_id, number=4),
    )


def cast(voter: str, idea: str = IDEAS[0], poll_id: str = "ship") -> VoteCast:
    return VoteCast(
        vote_id=f"{poll_id}/{voter}/{idea}",
        poll_id=poll_id,
        voter=voter,
        idea_ids=[idea],
        pass_id="pass_1",
    )


def voters_of(partition: int, partitions: int, count: int) -> list[str]:
    """Voters whose votes belong into a partition."""
    names = (f"voter_{n}" for n in range(count * partitions * 20))
    mine = (name for name in names if partition_of(name, partitions) == partition)
    return [name for name, _ in zip(mine, range(count), strict=False)]


@dataclass
class Log:
    """A votes log under a topic of its own, or the installation's."""

    bootstrap: str
    topic: str
    partitions: int
    producer: AIOKafkaProducer

    async def append(self, partition: int, *events: Event) -> int:
        """Appends events in this order; the offset of the last one."""
        messages = [
            to_kafka(CloudEvent(_id_of(event, partition), "/test", utc_now(), BRAND, event))
            for event in events
        ]
        return await self.append_raw(partition, [(m.key, m.value, m.headers) for m in messages])

    async def append_raw(
        self, partition: int, records: Sequence[tuple[bytes, bytes | None, Sequence[Any]]]
    ) -> int:
        """Appends records as they are, in this order; the offset of the last one."""
        sent = [
            await self.producer.send(
                self.topic, key=key, value=value, headers=list(headers), partition=partition
            )
            for key, value, headers in records
        ]
        return int([await one for one in sent][-1].offset)

    async def everywhere(self, *events: Event) -> None:
        """Appends control records to every partition."""
        for partition in range(self.partitions):
            await self.append(partition, *events)

    async def cast(self, *votes: VoteCast) -> None:
        """Appends votes where they belong, in this order."""
        by_partition: dict[int, list[VoteCast]] = defaultdict(list)
        for vote in votes:
            by_partition[partition_of(vote.voter, self.partitions)].append(vote)
        for partition, mine in by_partition.items():
            await self.append(partition, *mine)

    async def read(self) -> dict[int, list[RawRecord]]:
        """The whole log by partition."""
        reader = AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=50,
        )
        await reader.start()
        try:
            parts = [TopicPartition(self.topic, p) for p in range(self.partitions)]
            reader.assign(parts)
            ends = await reader.end_offsets(parts)
            left = {tp for tp, end in ends.items() if end}
            found: dict[int, list[RawRecord]] = {p: [] for p in range(self.partitions)}
            async with asyncio.timeout(PATIENCE_SECONDS):
                while left:
                    for tp, records in (await reader.getmany(timeout_ms=200)).items():
                        found[tp.partition] += records
                        if records[-1].offset + 1 >= ends[tp]:
                            left.discard(tp)
            return found
        finally:
            await reader.stop()


def _id_of(event: Event, partition: int) -> str:
    if isinstance(event, VoteCast):
        return event.vote_id
    number = event.model_dump().get("number")
    return f"{event.key}/{number}/{partition}"


@dataclass
class Count:
    """All that counting makes of one partition."""

    offset: int
    polls: dict[str, Poll]
    ballots: dict[BallotKey, Ballot]
    tallies: dict[str, Tally]


def counted_from_zero(records: Sequence[RawRecord], partition: int, partitions: int) -> Count:
    """What the log says, up to the first record that cannot be judged."""
    fold = Fold(partition, partitions)
    offset = 0
    for raw in records:
        try:
            fold.take(decode(raw))
        except UnknownRecordType:
            break
        offset = raw.offset + 1
    ballots = {key: b for key, b in fold.ballots.items() if key.poll_id not in fold.retired}
    tallies = {poll_id: Tally(tally.counts) for poll_id, tally in fold.tallies.items()}
    return Count(offset, fold.polls, ballots, tallies)


async def held(projection: Projection, partition: int, like: Count) -> Count:
    """What Redis holds of a partition, for the polls and voters of the other count."""
    position, fold = await projection.restore(partition, 1)
    ballots = await projection.ballots((partition, key) for key in like.ballots)
    tallies = {poll: (await projection.tally(partition, poll)).tally for poll in like.tallies}
    return Count(position.offset, fold.polls, ballots, tallies)


async def is_exact(log: Log, projection: Projection) -> bool:
    """Whether Redis holds what a count of the whole log from zero gives, in every partition."""
    for partition, records in (await log.read()).items():
        expected = counted_from_zero(records, partition, log.partitions)
        try:
            if await held(projection, partition, expected) != expected:
                return False
        except (NotRestored, BusyLoadingError):  # it is being counted right now, or Redis starts
            return False
    return True


async def until_exact(log: Log, projection: Projection) -> None:
    """Waits until every record is counted, and exactly."""
    await eventually(lambda: is_exact(log, projection), "Redis holds what the log says")


async def dump(redis: Redis) -> Content:
    """Everything in Redis; all that counting writes are hashes."""
    keys = [str(key, "utf-8") async for key in redis.scan_iter(count=1000)]
    return {key: await redis.hgetall(key) for key in sorted(keys)}


async def restore(redis: Redis, content: Content) -> None:
    """Sets Redis back to what a dump holds, all at once."""
    pipeline = redis.pipeline(transaction=True)
    pipeline.flushdb()
    for key, fields in content.items():
        pipeline.hset(key, mapping=fields)
    await pipeline.execute()
