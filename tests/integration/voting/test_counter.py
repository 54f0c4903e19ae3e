"""Whatever happens to counters and to Redis, Redis comes to hold what the log says, exactly."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from redis.asyncio import Redis

from groundswell_local.engines import Engines
from groundswell_voting.counting.counter import BATCH_RECORDS
from groundswell_voting.counting.projection import Projection
from tests.integration.voting.conftest import NewLog
from tests.integration.voting.counters import Counting, Held, Troubled, counting
from tests.integration.voting.world import (
    IDEAS,
    Content,
    Log,
    cast,
    dump,
    eventually,
    opened,
    rest_of_life,
    restore,
    running,
    until_exact,
    voters_of,
)

CHANCE = random.Random(2016)  # noqa: S311 - a test's order


def crowd(first: int = 0, count: int = 200) -> list[str]:
    return [f"voter_{n}" for n in range(first, first + count)]


async def vote(log: Log, voters: list[str]) -> None:
    """Each votes; some send it again, some want two."""
    votes = [cast(voter, CHANCE.choice(IDEAS)) for voter in voters]
    again = CHANCE.sample(votes, len(votes) // 10)
    second = [cast(voter, CHANCE.choice(IDEAS)) for voter in CHANCE.sample(voters, 10)]
    await log.cast(*votes, *again, *second)


@pytest.fixture
async def log(new_log: NewLog) -> Log:
    """Two partitions in which a poll is open."""
    log = await new_log(2)
    await log.everywhere(opened())
    return log


async def test_a_log_is_counted_to_the_vote(log: Log, projection: Projection) -> None:
    await vote(log, crowd())
    async with counting(log, projection):
        await until_exact(log, projection)
        await vote(log, crowd(200))
        await log.everywhere(*rest_of_life()[:2])
        await vote(log, crowd(400))
        await until_exact(log, projection)
    total = sum([(await projection.tally(p, "ship")).tally.votes().total() for p in range(2)])
    assert total == 400


async def test_a_batch_larger_than_one_write_is_counted(log: Log, projection: Projection) -> None:
    voters = voters_of(1, 2, BATCH_RECORDS + 500)
    await log.append(1, *(cast(voter) for voter in voters))
    async with counting(log, projection):
        await until_exact(log, projection)
    assert (await projection.tally(1, "ship")).tally.votes() == {0: len(voters)}


@pytest.mark.parametrize("before", ["restore", "load", "save"])
@pytest.mark.parametrize("then", ["emptied", "set back"])
async def test_a_batch_is_folded_only_onto_what_it_follows(
    log: Log, redis: Redis, before: str, then: str
) -> None:
    """Redis is emptied or set back between fetching and loading, or loading and storing."""
    projection = Projection(redis)
    await vote(log, crowd())
    async with counting(log, projection):
        await until_exact(log, projection)
    older: Content = await dump(redis) if then == "set back" else {}
    await vote(log, crowd(200))
    async with counting(log, projection):
        await until_exact(log, projection)
    await vote(log, crowd(400))

    async def act() -> None:
        await restore(redis, older)

    troubled = Troubled(redis, before, act)
    async with counting(log, troubled):
        await until_exact(log, projection)
    assert troubled.refused or before != "save"


async def empty(redis: Redis, _: Content) -> None:
    await redis.flushdb()


async def set_back(redis: Redis, older: Content) -> None:
    await restore(redis, older)


async def drop_one(redis: Redis, _: Content) -> None:
    await Projection(redis).drop(1)


@pytest.mark.parametrize("act", [empty, set_back, drop_one])
async def test_a_redis_that_lost_something_heals_while_nobody_votes(
    log: Log,
    redis: Redis,
    projection: Projection,
    act: Callable[[Redis, Content], Awaitable[None]],
) -> None:
    async with counting(log, projection):
        await vote(log, crowd())
        await until_exact(log, projection)
        older = await dump(redis)
        await vote(log, crowd(200))
        await until_exact(log, projection)
        await act(redis, older)
        await until_exact(log, projection)


async def test_a_counter_that_has_just_started_heals_redis_while_nobody_votes(
    log: Log, redis: Redis, projection: Projection
) -> None:
    async with counting(log, projection):
        await vote(log, crowd())
        await until_exact(log, projection)
    async with counting(log, projection):
        await asyncio.sleep(2)  # it has taken its partitions, and has nothing to count
        await redis.flushall()
        await until_exact(log, projection)


async def test_a_quiet_partition_heals_while_another_is_busy(
    log: Log, redis: Redis, projection: Projection
) -> None:
    busy, quiet = voters_of(0, 2, 5_000), voters_of(1, 2, 50)
    await log.cast(*(cast(voter) for voter in quiet))

    async def keep_busy(stop: asyncio.Event) -> None:
        for voter in busy:
            if stop.is_set():
                return
            await log.append(0, cast(voter))
            await asyncio.sleep(0.02)

    async def is_healed() -> bool:
        return (await projection.tally(1, "ship")).tally.votes() == {0: 50}

    async with counting(log, projection), running(keep_busy):
        await eventually(is_healed, "the quiet partition is counted")
        await redis.flushdb()
        await eventually(is_healed, "the quiet partition is counted again")


async def test_redis_may_be_killed(engines: Engines, log: Log, projection: Projection) -> None:
    async with counting(log, projection):
        for turn in range(3):
            await vote(log, crowd(200 * turn))
            await engines.redis.kill()
            await vote(log, crowd(200 * turn + 100))
            await engines.redis.start()
        await until_exact(log, projection)


async def test_a_second_counter_takes_its_share(
    new_log: NewLog, redis: Redis, projection: Projection
) -> None:
    log = await new_log(4)
    await log.everywhere(opened())

    async def keep_voting(stop: asyncio.Event) -> None:
        for first in range(0, 10_000, 20):
            await vote(log, crowd(first, 20))
            if stop.is_set():
                return

    async with running(keep_voting), counting(log, projection) as first:
        await eventually(lambda: first.owns(4), "the first owns all")
        async with counting(log, Projection(redis)) as second:
            await eventually(lambda: second.owns(1), "the second owns some")
            # The group has moved; the first may be told a moment later.
            await eventually(lambda: _share(first, second), "none is counted by both")
        await eventually(lambda: first.owns(4), "the first owns all again")
    async with counting(log, projection):
        await until_exact(log, projection)


async def test_a_counter_that_was_replaced_changes_nothing(
    log: Log, redis: Redis, projection: Projection
) -> None:
    """It folded its batch, was held up, and stores when another has counted that batch long ago."""
    held = Held(redis)
    async with counting(log, held, group="of the one that was replaced"):
        await until_exact(log, projection)
        held.hold = True
        await vote(log, crowd())
        await eventually(lambda: _holds(held), "a batch is about to be stored")
        async with counting(log, projection):
            await until_exact(log, projection)
        held.hold = False
        counted = await dump(redis)
        held.go_on.set()
        await eventually(lambda: _was_refused(held), "its batch was refused")
        assert await dump(redis) == counted


async def test_two_that_both_believe_to_own_everything_count_exactly(
    log: Log, redis: Redis, projection: Projection
) -> None:
    async with counting(log, projection, "one"), counting(log, Projection(redis), "other"):
        for first in range(0, 1_000, 50):
            await vote(log, crowd(first, 50))
        await until_exact(log, projection)


async def test_retiring_drops_ballots_and_counts(
    log: Log, redis: Redis, projection: Projection
) -> None:
    async with counting(log, projection):
        await log.everywhere(opened("pizza"))
        await vote(log, crowd())
        await log.cast(*(cast(voter, poll_id="pizza") for voter in crowd()))
        await until_exact(log, projection)
        assert [key async for key in redis.scan_iter("*:ballots:ship:*")]
        assert (await projection.tally(0, "ship")).tally.counts
        await log.everywhere(*rest_of_life())
        await until_exact(log, projection)
    assert not [key async for key in redis.scan_iter("*:ship*")]
    assert [key async for key in redis.scan_iter("*:ballots:pizza:*")]


async def _share(one: Counting, other: Counting) -> bool:
    return one.reader.owned.isdisjoint(other.reader.owned)


async def _holds(held: Held) -> bool:
    return bool(held.holding)


async def _was_refused(held: Held) -> bool:
    return held.saved == {partition: [False] for partition in held.holding}
