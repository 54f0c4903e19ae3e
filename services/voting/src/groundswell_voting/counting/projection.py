"""The count in Redis: per partition its position in the log, poll states, ballots and tallies.

The counter loads and saves; the ballot box looks ballots up; standings and certification read
tallies. All of it can be thrown away: the counter builds it again from the log.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import msgspec
from redis.asyncio import Redis, RedisCluster
from redis.exceptions import RedisClusterException, RedisError

from groundswell_kit.partitions import Position
from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.layout import (
    BUCKETS,
    by_bucket,
    dropped,
    keys_of,
    polls_key,
    position_key,
    read_ballot,
    read_poll,
    read_polls,
    read_position,
    read_tally,
    tally_key,
    written,
)
from groundswell_voting.counting.rules import Ballot, Poll
from groundswell_voting.counting.tally import Tally
from groundswell_voting.voteslog.rules import Record

_pack = msgspec.msgpack.Encoder().encode

# Compares the stored position with the one that was folded from, then writes absolute values and
# the new position: all or nothing, and nothing at all for a writer that is no longer current.
# KEYS: position, then hashes. ARGV: expected offset, new offset, id, time; as MessagePack for each
# hash its fields and values in turns, or false to drop it; beginnings of names, as MessagePack, and
# how many hashes to drop of each: a poll of many days has more than can be named one by one.
SAVE = """
if (redis.call('HGET', KEYS[1], 'offset') or '0') ~= ARGV[1] then return 0 end
for _, beginning in ipairs(cmsgpack.unpack(ARGV[6])) do
  local names = {}
  for bucket = 0, ARGV[7] - 1 do names[#names + 1] = beginning .. bucket end
  for at = 1, #names, 4000 do
    redis.call('UNLINK', unpack(names, at, math.min(at + 3999, #names)))
  end
end
local written = cmsgpack.unpack(ARGV[5])
for k = 2, #KEYS do
  local pairs = written[k - 1]
  if pairs then
    for at = 1, #pairs, 4000 do
      redis.call('HSET', KEYS[k], unpack(pairs, at, math.min(at + 3999, #pairs)))
    end
  else
    redis.call('UNLINK', KEYS[k])
  end
end
redis.call('HSET', KEYS[1], 'offset', ARGV[2], 'id', ARGV[3], 'at', ARGV[4])
return 1
"""

# One command with one argument for all fields: with thousands of them, packing each for itself
# costs the counter more than counting.
# KEYS: position, then hashes. ARGV: as MessagePack for each hash the fields wanted of it.
# Returns the position's offset and id, then a value or nothing for each field.
LOAD = """
local found = redis.call('HMGET', KEYS[1], 'offset', 'id')
local wanted = cmsgpack.unpack(ARGV[1])
for k = 2, #KEYS do
  local fields = wanted[k - 1]
  for at = 1, #fields, 4000 do
    local values = redis.call('HMGET', KEYS[k], unpack(fields, at, math.min(at + 3999, #fields)))
    for i = 1, #values do found[#found + 1] = values[i] end
  end
end
return found
"""

# Everything of one partition goes in one step: a counter must never find half of it.
# KEYS: position. ARGV: the pattern of the partition's keys.
DROP = """
local names = redis.call('KEYS', ARGV[1])
for i = 1, #names, 1000 do
  redis.call('UNLINK', unpack(names, i, math.min(i + 999, #names)))
end
"""


REDIS_AWAY = (RedisError, RedisClusterException)
"""What is raised while Redis is away; a whole cluster that is away says it in a class apart."""


class NotRestored(Exception):
    """The stored count of a partition changed while it was read."""


@dataclass(frozen=True, slots=True)
class CountedTally:
    """A poll's tally in one partition, with the position that it holds at.

    `counted_up_to_ms` is the append time of the last record counted, 0 before the first.
    """

    position: Position
    counted_up_to_ms: int
    tally: Tally

    @property
    def offset(self) -> int:
        """The next offset to be counted."""
        return self.position.offset


class Projection:
    """Reads and writes of the count; Redis errors pass through.

    A call is one round trip, but for `restore`, which is two; what concerns several partitions is
    one to each node that holds some of them.
    """

    def __init__(self, redis: Redis | RedisCluster) -> None:
        self._redis = redis

    async def position(self, partition: int) -> Position:
        """Where the count of a partition goes on; the start of the log when nothing is stored."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hgetall(position_key(partition))
        return read_position((await pipeline.execute())[0])

    async def restore(self, partition: int, partitions: int) -> tuple[Position, Fold]:
        """A fold that goes on where the stored count stands, without ballots.

        Raises NotRestored when somebody else counts this partition meanwhile.
        """
        known = await self._poll_ids(partition)
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.hgetall(position_key(partition))
        pipeline.hgetall(polls_key(partition))
        for poll_id in known:
            pipeline.hgetall(tally_key(partition, poll_id.decode()))
        position, states, *counts = await pipeline.execute()
        if set(known) != set(states):
            raise NotRestored
        fold = Fold(partition, partitions)
        fold.polls = read_polls(states)
        fold.tallies = {p.decode(): read_tally(c) for p, c in zip(known, counts, strict=True)}
        return read_position(position), fold

    async def _poll_ids(self, partition: int) -> list[bytes]:
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hkeys(polls_key(partition))
        return list((await pipeline.execute())[0])

    async def load(
        self, partition: int, keys: Iterable[BallotKey]
    ) -> tuple[Position, dict[BallotKey, Ballot]]:
        """The ballots that are there of these, and the position they hold at."""
        load = _Load(partition, keys)
        offset, last_id, *found = await self._run(LOAD, load.keys, [load.fields])
        position = read_position({} if offset is None else {b"offset": offset, b"id": last_id})
        return position, load.read(found)

    async def save(self, fold: Fold, expected: int, last: Record) -> bool:
        """Store what a fold changed, up to and with its last record; False when not current.

        `expected` is the offset that the fold began at. Safe to repeat: a second time is refused.
        """
        (tallies, ballots), changed = dropped(fold), written(fold)
        position = (expected, last.offset + 1, last.id, last.appended_at_ms)
        values = _pack([*(False for _ in tallies), *changed.values()])
        keys = [position_key(fold.partition), *tallies, *changed]
        arguments = [*position, values, _pack(ballots), BUCKETS]
        return bool(await self._run(SAVE, keys, arguments))

    async def drop(self, partition: int) -> None:
        """Set a partition back to zero, all at once; its counter then builds it again."""
        await self._run(DROP, [position_key(partition)], [keys_of(partition)])

    async def _run(self, script: str, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        # With its text: a Redis that has been restarted, or another one of a cluster, does not
        # know a script by its digest.
        return await self._redis.eval(script, len(keys), *keys, *arguments)

    async def ballots(self, wanted: Iterable[tuple[int, BallotKey]]) -> dict[BallotKey, Ballot]:
        """The counted ballots among (partition, key) pairs; the partitions are not of one moment.

        One command per partition: one for each ballot would cost the ballot box several times the
        processor time.
        """
        by_partition: dict[int, list[BallotKey]] = {}
        for partition, key in wanted:
            by_partition.setdefault(partition, []).append(key)
        pipeline = self._redis.pipeline(transaction=False)
        loads = [_Load(partition, keys) for partition, keys in by_partition.items()]
        for load in loads:
            pipeline.eval(LOAD, len(load.keys), *load.keys, load.fields)
        ballots: dict[BallotKey, Ballot] = {}
        for load, found in zip(loads, await pipeline.execute(), strict=True):
            ballots |= load.read(found[2:])
        return ballots

    async def positions(self, partitions: int) -> list[Position]:
        """Where the counts of all partitions stand; partitions are not of one moment."""
        pipeline = self._redis.pipeline(transaction=False)
        for partition in range(partitions):
            pipeline.hgetall(position_key(partition))
        return [read_position(fields) for fields in await pipeline.execute()]

    async def poll(self, partition: int, poll_id: str) -> Poll | None:
        """A poll as a partition has counted it; None where it is not known."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hget(polls_key(partition), poll_id)
        state = (await pipeline.execute())[0]
        return read_poll(state) if state else None

    async def tally(self, partition: int, poll_id: str) -> CountedTally:
        """A poll's whole tally in one partition, read together with the position it holds at."""
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.hgetall(position_key(partition))
        pipeline.hgetall(tally_key(partition, poll_id))
        position, counts = await pipeline.execute()
        return CountedTally(
            position=read_position(position),
            counted_up_to_ms=int(position.get(b"at", 0)),
            tally=read_tally(counts),
        )


class _Load:
    """What LOAD is asked for ballots of one partition, and what it answers."""

    def __init__(self, partition: int, wanted: Iterable[BallotKey]) -> None:
        self._buckets = by_bucket((partition, key) for key in wanted)
        self.keys = [position_key(partition), *self._buckets]
        self.fields: bytes = _pack([[key.voter for key in keys] for keys in self._buckets.values()])

    def read(self, found: Iterable[bytes | None]) -> dict[BallotKey, Ballot]:
        """The ballots that are there."""
        asked = chain.from_iterable(self._buckets.values())
        values = zip(asked, found, strict=True)
        return {key: read_ballot(value) for key, value in values if value is not None}
