"""The count in Redis: written whole or not at all, by whoever stands where it stands."""

import asyncio
import random
from collections.abc import Sequence
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from groundswell_kit.partitions import Position
from groundswell_voting.counting.fold import BallotKey, Fold, Tally
from groundswell_voting.counting.projection import BUCKETS, Projection
from groundswell_voting.counting.rules import Ballot, Stage, Verdict
from groundswell_voting.voteslog.rules import (
    Body,
    Closed,
    Opened,
    Record,
    Retired,
    Sealed,
    Vote,
    partition_of,
)
from tests.integration.voting.world import dump, restore, voters_of

PARTITIONS = 4
IDEAS = tuple(f"idea_{n}" for n in range(5))
LIFE: list[Body] = [
    Opened("ship", 1, IDEAS, 1, 10**15),
    Closed("ship", 2),
    Sealed("ship", 3),
    Retired("ship", 4),
]


def vote(voter: str, idea: str = IDEAS[0], poll_id: str = "ship", weight: int = 1) -> Vote:
    return Vote(f"{poll_id}.{voter}", poll_id, voter, (idea,), "pass_1", weight=weight)


def records(bodies: Sequence[Body], partition: int = 1, first_offset: int = 0) -> list[Record]:
    return [
        Record(partition, offset, 1_000 + offset, f"id_{offset}", body)
        for offset, body in enumerate(bodies, first_offset)
    ]


async def fold_on(projection: Projection, batch: Sequence[Record]) -> Fold:
    """What the counter does with a batch, up to storing it."""
    partition = batch[0].partition
    _, polls = await projection.polls(partition)
    _, ballots, tallies = await projection.load(partition, batch)
    fold = Fold(partition, PARTITIONS, polls, ballots, tallies)
    fold.take_all(batch)
    return fold


async def count(projection: Projection, batch: Sequence[Record]) -> bool:
    fold = await fold_on(projection, batch)
    return await projection.save(fold, batch[0].offset, batch[-1])


VOTERS = voters_of(1, PARTITIONS, 40)


async def test_of_two_writers_one_wins_and_the_other_changes_nothing(
    redis: Redis, projection: Projection
) -> None:
    """Both folded from the same offset; what each would write differs in every key."""
    start = records([LIFE[0], *(vote(v) for v in VOTERS[:5])])
    assert await count(projection, start)
    before = await dump(redis)
    mine = records([vote(v, IDEAS[1]) for v in VOTERS[5:15]], first_offset=6)
    other = records([*(vote(v, IDEAS[2], "ship") for v in VOTERS[5:25]), LIFE[1]], first_offset=6)
    folds = [await fold_on(projection, batch) for batch in (mine, other)]

    async def save(index: int) -> bool:
        return await projection.save(folds[index], 6, (mine, other)[index][-1])

    won = await asyncio.gather(save(0), save(1))
    after = await dump(redis)
    assert sorted(won) == [False, True]

    await restore(redis, before)
    assert await save(won.index(True))
    assert after == await dump(redis)


@pytest.mark.parametrize("expected", [0, 5, 7, 12])
async def test_a_writer_that_stands_elsewhere_changes_nothing(
    redis: Redis, projection: Projection, expected: int
) -> None:
    assert await count(projection, records([LIFE[0], *(vote(v) for v in VOTERS[:5])]))
    before = await dump(redis)
    batch = records([vote(v) for v in VOTERS[5:15]], first_offset=6)
    fold = await fold_on(projection, batch)
    assert not await projection.save(fold, expected, batch[-1])
    assert await dump(redis) == before


async def test_a_save_is_refused_when_it_is_repeated(redis: Redis, projection: Projection) -> None:
    """As after a lost answer: the writer cannot know whether it was stored."""
    batch = records([LIFE[0], *(vote(v) for v in VOTERS[:5])])
    fold = await fold_on(projection, batch)
    assert await projection.save(fold, 0, batch[-1])
    stored = await dump(redis)
    assert not await projection.save(fold, 0, batch[-1])
    assert await dump(redis) == stored


async def test_nothing_is_expected_of_an_empty_redis(projection: Projection) -> None:
    assert await projection.position(1) == Position(0, None)
    assert await projection.polls(1) == (Position(0, None), {})
    loaded = await projection.load(1, records([vote(VOTERS[0])]))
    assert loaded == (Position(0, None), {}, {"ship": Tally()})
    tally = await projection.tally(1, "ship")
    assert (tally.offset, tally.counted_up_to_ms) == (0, 0)


async def test_what_is_stored_comes_back(projection: Projection) -> None:
    votes = [*(vote(v, weight=3) for v in VOTERS[:3]), vote(VOTERS[0], IDEAS[1])]
    batch = records([LIFE[0], *votes])
    fold = await fold_on(projection, batch)
    assert await projection.save(fold, 0, batch[-1])

    position = Position(5, "id_4")
    assert await projection.position(1) == position
    assert await projection.polls(1) == (position, fold.polls)
    assert await projection.load(1, batch) == (position, fold.ballots, fold.tallies)
    keys = [BallotKey("ship", "", v) for v in VOTERS[:4]]
    assert await projection.ballots([(1, key) for key in keys]) == {
        key: Ballot((0,), 3) for key in keys[:3]
    }
    assert await projection.ballots([(2, keys[0])]) == {}
    tally = await projection.tally(1, "ship")
    assert (tally.offset, tally.counted_up_to_ms) == (5, 1_004)
    assert tally.tally.votes == {IDEAS[0]: 9}
    assert tally.tally.verdicts == {Verdict.COUNTED: 3, Verdict.OVER_LIMIT: 1}


async def test_batches_of_any_size_add_up(redis: Redis, projection: Projection) -> None:
    """The same log in one piece, and in many: Redis holds the same in the end."""
    chance = random.Random(2016)  # noqa: S311 - a test's order
    bodies = [LIFE[0], *(vote(chance.choice(VOTERS), chance.choice(IDEAS)) for _ in range(300))]
    log = records(bodies)
    assert await count(projection, log)
    whole = await dump(redis)
    await redis.flushdb()
    cuts = sorted({0, len(log), *chance.sample(range(len(log)), 20)})
    for start, stop in pairwise(cuts):
        assert await count(projection, log[start:stop])
    assert await dump(redis) == whole


async def test_a_batch_may_touch_very_many_fields_of_one_hash(projection: Projection) -> None:
    """More than Lua can pass at once."""
    ideas = tuple(f"idea_{n}" for n in range(10_000))
    voters = [f"voter_{n}" for n in range(20_000) if partition_of(f"voter_{n}", PARTITIONS) == 1]
    votes = [vote(v, ideas[n]) for n, v in enumerate(voters[:4_500])]
    batch = records([Opened("ship", 1, ideas, 1, 10**15), *votes])
    assert await count(projection, batch)
    tally = (await projection.tally(1, "ship")).tally
    assert tally.votes == dict.fromkeys(ideas[:4_500], 1)
    assert len(await projection.ballots((1, BallotKey("ship", "", v.voter)) for v in votes)) == 4500


async def test_dropping_a_partition_empties_that_one(redis: Redis, projection: Projection) -> None:
    for partition in (0, 1, 2, 10, 11, 12):
        voter = voters_of(partition % PARTITIONS, PARTITIONS, 1)[0]
        assert await count(projection, records([LIFE[0], vote(voter)], partition))
    await redis.hset("somebody else's", "key", "value")
    before = await dump(redis)
    assert any(key.startswith("{v1}:") for key in before)

    await projection.drop(1)

    left = {key: value for key, value in before.items() if not key.startswith("{v1}:")}
    assert await dump(redis) == left
    await projection.drop(1)


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_retired_poll_keeps_its_tally_and_loses_its_ballots(
    redis: Redis, projection: Projection, at_once: bool
) -> None:
    other = Opened("pizza", 1, IDEAS, 1, 10**15)
    votes = [vote(v) for v in VOTERS] + [vote(v, poll_id="pizza") for v in VOTERS]
    bodies = [LIFE[0], other, *votes, *LIFE[1:]]
    batches = [records(bodies)] if at_once else [[record] for record in records(bodies)]
    for batch in batches:
        assert await count(projection, batch)
    kept = [key for key in await dump(redis) if key.startswith("{v1}:ballots:")]
    assert kept
    assert all(key.startswith("{v1}:ballots:pizza:") for key in kept)
    assert len(kept) <= BUCKETS
    assert (await projection.tally(1, "ship")).tally.votes == {IDEAS[0]: len(VOTERS)}
    _, polls = await projection.polls(1)
    assert polls["ship"].stage is Stage.RETIRED
