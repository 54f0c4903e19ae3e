"""The count in Redis: written whole or not at all, by whoever stands where it stands."""

import asyncio
import random
from collections.abc import Iterable, Sequence
from itertools import pairwise

import pytest
from redis.asyncio import Redis

from groundswell_kit.partitions import Position
from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.projection import NotRestored, Projection
from groundswell_voting.counting.rules import Ballot, Stage, Verdict
from groundswell_voting.voteslog.rules import (
    BallotChanged,
    Body,
    Closed,
    DeadlinePassed,
    Opened,
    Record,
    Retired,
    Rules,
    Sealed,
    SetAside,
    Vote,
    partition_of,
)
from tests.integration.voting.world import dump, restore, voters_of

PARTITIONS = 4
IDEAS = tuple(f"idea_{n}" for n in range(5))
LIFE: list[Body] = [
    Opened("ship", 1, IDEAS, Rules(), 10**15),
    Closed("ship", 2),
    Sealed("ship", 3),
    Retired("ship", 4),
]
VOTERS = voters_of(1, PARTITIONS, 40)


def vote(voter: str, idea: str = IDEAS[0], poll_id: str = "ship", period: str = "") -> Vote:
    return Vote(f"{poll_id}.{voter}", poll_id, voter, (idea,), "pass_1", period)


def records(bodies: Iterable[Body], partition: int = 1, first_offset: int = 0) -> list[Record]:
    return [
        Record(partition, offset, 1_000 + offset, f"id_{offset}", body)
        for offset, body in enumerate(bodies, first_offset)
    ]


async def fold_on(projection: Projection, batch: Sequence[Record]) -> Fold:
    """What a counter without memory does with a batch, up to storing it."""
    partition = batch[0].partition
    _, fold = await projection.restore(partition, PARTITIONS)
    _, fold.ballots = await projection.load(partition, fold.ballots_of(batch))
    fold.take_all(batch)
    return fold


async def count(projection: Projection, batch: Sequence[Record]) -> bool:
    fold = await fold_on(projection, batch)
    return await projection.save(fold, batch[0].offset, batch[-1])


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
    nothing = Position(0, None)
    assert await projection.position(1) == nothing
    assert await projection.restore(1, PARTITIONS) == (nothing, Fold(1, PARTITIONS))
    assert await projection.load(1, []) == (nothing, {})
    assert await projection.load(1, [BallotKey("ship", "", VOTERS[0])]) == (nothing, {})
    assert await projection.ballots([]) == {}
    tally = await projection.tally(1, "ship")
    assert (tally.offset, tally.counted_up_to_ms, tally.tally.counts) == (0, 0, {})


async def test_what_is_stored_comes_back(projection: Projection) -> None:
    rules = Rules(ideas_per_ballot=2, weights={"gold": 3}, channels=("web", "shop"))
    gold = Vote("g", "ship", VOTERS[1], (IDEAS[3],), "pass_1", segment="gold", channel="shop")
    bodies: list[Body] = [
        Opened("ship", 1, IDEAS, rules, 10**15),
        *(vote(v) for v in VOTERS[:3]),
        vote(VOTERS[0], IDEAS[1]),
        gold,
        vote(VOTERS[0], IDEAS[2]),
        vote(VOTERS[5], poll_id="unheard of"),
        BallotChanged("ship", 2, ("idea_new",), (IDEAS[4],), 10**14),
        SetAside("ship", 3, (VOTERS[2], VOTERS[7])),
        DeadlinePassed("ship", 4, (IDEAS[0],)),
    ]
    batch = records(bodies)
    fold = await fold_on(projection, batch)
    ballots = dict(fold.ballots)
    assert await projection.save(fold, 0, batch[-1])
    fold.stored()

    position = Position(11, "id_10")
    assert await projection.position(1) == position
    assert await projection.restore(1, PARTITIONS) == (position, fold)
    keys = [BallotKey("ship", "", v) for v in VOTERS[:4]]
    assert await projection.load(1, keys) == (position, ballots)
    assert await projection.ballots([(1, key) for key in keys]) == ballots
    assert ballots == {
        keys[0]: Ballot((0, 1), ("web", "web")),
        keys[1]: Ballot((0, 3), ("web", "shop")),
        keys[2]: Ballot((0,), ("web",)),
    }
    assert await projection.ballots([(2, keys[0])]) == {}
    tally = await projection.tally(1, "ship")
    assert (tally.offset, tally.counted_up_to_ms) == (11, 1_010)
    assert tally.tally == fold.tallies["ship"]
    assert +tally.tally.votes() == {0: 2, 1: 1, 3: 1}
    assert tally.tally.verdicts() == {Verdict.COUNTED: 5, Verdict.OVER_LIMIT: 1}
    assert (await projection.tally(1, "unheard of")).tally.verdicts() == {Verdict.TOO_EARLY: 1}


async def test_a_poll_that_comes_while_it_is_restored_is_not_missed(
    redis: Redis, projection: Projection
) -> None:
    """Somebody else counts this partition, between the two readings of it."""
    assert await count(projection, records([LIFE[0], vote(VOTERS[0])]))
    again = Projection(redis)
    read = again._poll_ids

    async def read_then_count(partition: int) -> list[bytes]:
        known = await read(partition)
        other = Opened("pizza", 1, IDEAS, Rules(), 10**15)
        assert await count(projection, records([other], first_offset=2))
        return known

    again._poll_ids = read_then_count  # type: ignore[method-assign]  # at just this moment
    with pytest.raises(NotRestored):
        await again.restore(1, PARTITIONS)


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
    batch = records([Opened("ship", 1, ideas, Rules(), 10**15), *votes])
    assert await count(projection, batch)
    tally = (await projection.tally(1, "ship")).tally
    assert tally.votes() == dict.fromkeys(range(4_500), 1)
    keys = [BallotKey("ship", "", v.voter) for v in votes]
    ballots = {key: Ballot((n,), ("web",)) for n, key in enumerate(keys)}
    assert await projection.ballots((1, key) for key in keys) == ballots
    assert (await projection.load(1, keys))[1] == ballots


async def test_ballots_of_many_partitions_are_looked_up_at_once(projection: Projection) -> None:
    wanted = []
    for partition in range(PARTITIONS):
        voter = voters_of(partition, PARTITIONS, 1)[0]
        assert await count(projection, records([LIFE[0], vote(voter, IDEAS[partition])], partition))
        wanted.append((partition, BallotKey("ship", "", voter)))
    strangers = [(partition, BallotKey("ship", "", "nobody")) for partition in range(PARTITIONS)]
    assert await projection.ballots([*wanted, *strangers]) == {
        key: Ballot((partition,), ("web",)) for partition, key in wanted
    }


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
async def test_a_retired_poll_is_forgotten_but_for_its_end(
    redis: Redis, projection: Projection, at_once: bool
) -> None:
    """The ballots of all its periods go, and its counts; what comes later is counted anew."""
    days = ("2026-11-21", "2026-11-22")
    daily = Opened("ship", 1, IDEAS, Rules(period="day"), 10**15)
    other = Opened("pizza", 1, IDEAS, Rules(), 10**15)
    votes = [vote(v, period=day) for v in VOTERS for day in days]
    votes += [vote(v, poll_id="pizza") for v in VOTERS]
    late = [vote(v, period=days[0]) for v in VOTERS[:3]]
    log = records([daily, other, *votes, *LIFE[1:], *late])
    batches = [log] if at_once else [[record] for record in log]
    for batch in batches:
        assert await count(projection, batch)
    kept = [key for key in await dump(redis) if "pizza" not in key]
    assert sorted(kept) == ["{v1}:polls", "{v1}:position", "{v1}:tally:ship"]
    assert (await projection.tally(1, "ship")).tally.counts == {"v:after_seal": 3}
    assert (await projection.tally(1, "pizza")).tally.votes() == {0: len(VOTERS)}
    _, fold = await projection.restore(1, PARTITIONS)
    assert fold.polls["ship"].stage is Stage.RETIRED
