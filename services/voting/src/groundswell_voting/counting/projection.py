"""The count in Redis: per partition its position in the log, poll states, ballots and tallies.

The counter loads and saves; the ballot box looks ballots up; standings and certification read
tallies. All of it can be thrown away: the counter builds it again from the log.

All keys of partition 3 begin with `{v3}`: one hash tag, so a script or MULTI stays within one
slot of a cluster. Ballots lie in small hashes, which Redis keeps compact.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import msgspec
from redis.asyncio import Redis

from groundswell_kit.partitions import Position
from groundswell_voting.counting.fold import BallotKey, Fold, Tally, ballot_key
from groundswell_voting.counting.rules import Ballot, Poll, Verdict
from groundswell_voting.voteslog.rules import Record, Vote

BUCKETS = 512
"""Hashes that a poll's ballots of one partition and period are spread over."""

_VERDICT = "verdict:"
_DROP = -1

# Compares the stored position with the one that was folded from, then writes absolute values and
# the new position: all or nothing, and nothing at all for a writer that is no longer current.
# KEYS: position, then hashes. ARGV: expected offset, new offset, id, time; then for each hash the
# number of field/value pairs and the pairs, or -1 to drop the hash.
SAVE = """
if (redis.call('HGET', KEYS[1], 'offset') or '0') ~= ARGV[1] then return 0 end
local at = 5
for k = 2, #KEYS do
  local pairs_given = tonumber(ARGV[at])
  at = at + 1
  if pairs_given < 0 then
    redis.call('UNLINK', KEYS[k])
  else
    local last = at + 2 * pairs_given - 1
    while at <= last do
      local stop = math.min(at + 3999, last)
      redis.call('HSET', KEYS[k], unpack(ARGV, at, stop))
      at = stop + 1
    end
  end
end
redis.call('HSET', KEYS[1], 'offset', ARGV[2], 'id', ARGV[3], 'at', ARGV[4])
return 1
"""

# Everything of one partition goes in one step: a counter must never find half of it.
# KEYS: position. ARGV: the pattern of the partition's keys.
DROP = """
local names = redis.call('KEYS', ARGV[1])
for i = 1, #names, 1000 do
  redis.call('UNLINK', unpack(names, i, math.min(i + 999, #names)))
end
"""

_encode = msgspec.msgpack.Encoder().encode
_poll = msgspec.msgpack.Decoder(Poll)
_ballot = msgspec.msgpack.Decoder(tuple[tuple[int, ...], int])


@dataclass(frozen=True, slots=True)
class CountedTally:
    """A poll's tally in one partition, with the position that it holds at.

    `counted_up_to_ms` is the append time of the last record counted, 0 before the first.
    """

    offset: int
    counted_up_to_ms: int
    tally: Tally


class Projection:
    """Reads and writes of the count. Every call is one round trip; Redis errors pass through."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._save = redis.register_script(SAVE)

    async def position(self, partition: int) -> Position:
        """Where the count of a partition goes on; the start of the log when nothing is stored."""
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.hgetall(_position_key(partition))
        return _position((await pipeline.execute())[0])

    async def polls(self, partition: int) -> tuple[Position, dict[str, Poll]]:
        """Every poll's state in a partition, and the position that it holds at."""
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.hgetall(_position_key(partition))
        pipeline.hgetall(_polls_key(partition))
        position, states = await pipeline.execute()
        return _position(position), {
            poll_id.decode(): _poll.decode(state) for poll_id, state in states.items()
        }

    async def load(
        self, partition: int, records: Collection[Record]
    ) -> tuple[Position, dict[BallotKey, Ballot], dict[str, Tally]]:
        """All ballots and counts that these records can touch, and the position they hold at."""
        votes = [record.body for record in records if isinstance(record.body, Vote)]
        buckets = _by_bucket(partition, {ballot_key(vote) for vote in votes})
        fields = _tally_fields(votes)
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.hgetall(_position_key(partition))
        for bucket, keys in buckets.items():
            pipeline.hmget(bucket, [key.voter for key in keys])
        for poll_id, names in fields.items():
            pipeline.hmget(_tally_key(partition, poll_id), names)
        position, *found = await pipeline.execute()
        ballots = _read_ballots(buckets, found[: len(buckets)])
        tallies = {
            poll_id: _tally(zip(names, values, strict=True))
            for (poll_id, names), values in zip(fields.items(), found[len(buckets) :], strict=True)
        }
        return _position(position), ballots, tallies

    async def save(self, fold: Fold, expected: int, last: Record) -> bool:
        """Store what a fold changed, up to and with its last record; False when not current.

        `expected` is the offset that the fold began at. Safe to repeat: a second time is refused.
        """
        hashes = _changes(fold)
        arguments: list[Any] = [expected, last.offset + 1, last.id, last.appended_at_ms]
        for pairs in hashes.values():
            arguments.append(_DROP if pairs is None else len(pairs) // 2)
            arguments.extend(pairs or ())
        keys = [_position_key(fold.partition), *hashes]
        return bool(await self._save(keys=keys, args=arguments))

    async def drop(self, partition: int) -> None:
        """Set a partition back to zero, all at once; its counter then builds it again."""
        await self._redis.eval(DROP, 1, _position_key(partition), f"{{v{partition}}}:*")

    async def ballots(self, wanted: Iterable[tuple[int, BallotKey]]) -> dict[BallotKey, Ballot]:
        """The counted ballots among (partition, key) pairs; one round trip, no transaction."""
        buckets: dict[str, list[BallotKey]] = {}
        for partition, key in wanted:
            buckets.setdefault(_bucket(partition, key), []).append(key)
        pipeline = self._redis.pipeline(transaction=False)
        for bucket, keys in buckets.items():
            pipeline.hmget(bucket, [key.voter for key in keys])
        return _read_ballots(buckets, await pipeline.execute())

    async def tally(self, partition: int, poll_id: str) -> CountedTally:
        """A poll's whole tally in one partition, read together with the position it holds at."""
        pipeline = self._redis.pipeline(transaction=True)
        pipeline.hgetall(_position_key(partition))
        pipeline.hgetall(_tally_key(partition, poll_id))
        position, counts = await pipeline.execute()
        return CountedTally(
            offset=_position(position).offset,
            counted_up_to_ms=int(position.get(b"at", 0)),
            tally=_tally((name.decode(), value) for name, value in counts.items()),
        )


def _position_key(partition: int) -> str:
    return f"{{v{partition}}}:position"


def _polls_key(partition: int) -> str:
    return f"{{v{partition}}}:polls"


def _tally_key(partition: int, poll_id: str) -> str:
    return f"{{v{partition}}}:tally:{poll_id}"


def _bucket(partition: int, key: BallotKey) -> str:
    return _bucket_key(partition, key.poll_id, key.period, crc32(key.voter.encode()) % BUCKETS)


def _bucket_key(partition: int, poll_id: str, period: str, bucket: int) -> str:
    return f"{{v{partition}}}:ballots:{poll_id}:{period}:{bucket}"


def _position(fields: Mapping[bytes, bytes]) -> Position:
    if not fields:
        return Position(0, None)
    return Position(int(fields[b"offset"]), fields[b"id"].decode())


def _by_bucket(partition: int, keys: Iterable[BallotKey]) -> dict[str, list[BallotKey]]:
    buckets: dict[str, list[BallotKey]] = {}
    for key in keys:
        buckets.setdefault(_bucket(partition, key), []).append(key)
    return buckets


def _read_ballots(
    buckets: Mapping[str, list[BallotKey]], found: Iterable[list[bytes | None]]
) -> dict[BallotKey, Ballot]:
    return {
        key: Ballot(*_ballot.decode(value))
        for keys, values in zip(buckets.values(), found, strict=True)
        for key, value in zip(keys, values, strict=True)
        if value is not None
    }


def _tally_fields(votes: Iterable[Vote]) -> dict[str, list[str]]:
    ideas: dict[str, set[str]] = {}
    for vote in votes:
        ideas.setdefault(vote.poll_id, set()).update(vote.idea_ids)
    verdicts = [f"{_VERDICT}{verdict}" for verdict in Verdict]
    return {poll_id: [*sorted(names), *verdicts] for poll_id, names in ideas.items()}


def _tally(counts: Iterable[tuple[str, bytes | None]]) -> Tally:
    tally = Tally()
    for name, value in counts:
        if value is None:
            continue
        if name.startswith(_VERDICT):
            tally.verdicts[Verdict(name.removeprefix(_VERDICT))] = int(value)
        else:
            tally.votes[name] = int(value)
    return tally


def _changes(fold: Fold) -> dict[str, list[Any] | None]:
    """Field/value pairs to write by hash; None for a hash to drop."""
    hashes: dict[str, list[Any] | None] = {}
    for poll_id, tally in fold.tallies.items():
        counts = [*tally.votes.items(), *((f"{_VERDICT}{v}", n) for v, n in tally.verdicts.items())]
        hashes[_tally_key(fold.partition, poll_id)] = [part for pair in counts for part in pair]
    if fold.changed_polls:
        hashes[_polls_key(fold.partition)] = [
            part for p in fold.changed_polls for part in (p, _encode(fold.polls[p]))
        ]
    for key in fold.changed_ballots:
        ballot = fold.ballots[key]
        pairs = hashes.setdefault(_bucket(fold.partition, key), [])
        if pairs is not None:
            pairs.extend((key.voter, _encode((ballot.ideas, ballot.weight))))
    for poll_id in fold.retired_now():
        for bucket in range(BUCKETS):
            hashes[_bucket_key(fold.partition, poll_id, "", bucket)] = None
    return hashes
