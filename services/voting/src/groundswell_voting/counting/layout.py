"""How the count lies in Redis: its keys, its fields, and the bytes of what they hold. Pure.

The projection alone uses it. Values are absolute, so that writing them twice changes nothing, and
text, so that scripts take and people read them: what has parts is JSON.

All keys of partition 3 begin with `{v3}`: one hash tag, so a script or MULTI stays within one
slot of a cluster. Ballots lie in small hashes, which Redis keeps compact.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from zlib import crc32

import msgspec

from groundswell_kit.partitions import Position
from groundswell_voting.counting.fold import BallotKey, Fold
from groundswell_voting.counting.rules import Ballot, Poll
from groundswell_voting.counting.tally import Tally

BUCKETS = 1024
"""Hashes that a poll's ballots of one partition and period are spread over."""

_MAIN_CHANNEL = "web"
_PLAIN_CHANNELS = (_MAIN_CHANNEL,)

_encode = msgspec.json.Encoder().encode
_poll = msgspec.json.Decoder(Poll)


class _Stored(msgspec.Struct, array_like=True):
    """A ballot that is not plain. Without channels: all are the main one."""

    ideas: tuple[int, ...]
    channels: tuple[str, ...]
    weight: int
    revision: int
    merged: tuple[tuple[int, int], ...] = ()


_ballot = msgspec.json.Decoder(_Stored)


def position_key(partition: int) -> str:
    """Where the count of a partition goes on."""
    return f"{{v{partition}}}:position"


def polls_key(partition: int) -> str:
    """The polls of a partition; empty for one that is not known but got votes."""
    return f"{{v{partition}}}:polls"


def tally_key(partition: int, poll_id: str) -> str:
    """The counts of a poll in a partition."""
    return f"{{v{partition}}}:tally:{poll_id}"


def bucket_key(partition: int, key: BallotKey) -> str:
    """The hash that a ballot lies in."""
    bucket = crc32(key.voter.encode()) % BUCKETS
    return f"{_buckets(partition, key.poll_id, key.period)}{bucket}"


def _buckets(partition: int, poll_id: str, period: str) -> str:
    """What the names of all hashes with the ballots of a period begin with; a number follows."""
    return f"{{v{partition}}}:ballots:{poll_id}:{period}:"


def keys_of(partition: int) -> str:
    """The pattern of all keys of a partition."""
    return f"{{v{partition}}}:*"


def dropped(fold: Fold) -> tuple[list[str], list[str]]:
    """What goes before anything is written, because its poll was retired: hashes, and beginnings
    of the names of BUCKETS hashes each.
    """
    tallies = [tally_key(fold.partition, poll_id) for poll_id in fold.retired]
    ballots = [
        _buckets(fold.partition, poll_id, period)
        for poll_id, periods in fold.retired.items()
        for period in periods
    ]
    return tallies, ballots


def written(fold: Fold) -> dict[str, list[str]]:
    """What changed: by hash its fields and values, in turns."""
    hashes: dict[str, list[str]] = {}
    polls = {poll_id: write_poll(fold.polls[poll_id]) for poll_id in fold.changed_polls}
    for poll_id, tally in fold.tallies.items():
        if tally.changed:
            pairs = hashes.setdefault(tally_key(fold.partition, poll_id), [])
            for name in tally.changed:
                pairs += (name, str(tally.counts[name]))
            if poll_id not in fold.polls:
                polls[poll_id] = ""  # no such poll, but its refused votes are counted
    if polls:
        hashes[polls_key(fold.partition)] = [part for pair in polls.items() for part in pair]
    for key in fold.changed_ballots:
        if key.poll_id not in fold.retired:
            pairs = hashes.setdefault(bucket_key(fold.partition, key), [])
            pairs += (key.voter, write_ballot(fold.ballots[key]))
    return hashes


def write_ballot(ballot: Ballot) -> str:
    """Most ballots are one plain vote: the ordinal alone, which Redis keeps in few bytes."""
    plain = ballot.weight == 1 and ballot.revision == 0 and not ballot.merged
    if plain and ballot.channels == _PLAIN_CHANNELS:
        return str(ballot.ideas[0])
    main = all(channel == _MAIN_CHANNEL for channel in ballot.channels)
    parts = (ballot.ideas, () if main else ballot.channels, ballot.weight, ballot.revision)
    return _encode((*parts, ballot.merged) if ballot.merged else parts).decode()


def read_ballot(value: bytes) -> Ballot:
    """The ballot that `write_ballot` wrote."""
    if value.isdigit():
        return Ballot((int(value),), _PLAIN_CHANNELS)
    it = _ballot.decode(value)
    channels = it.channels or (_MAIN_CHANNEL,) * len(it.ideas)
    return Ballot(it.ideas, channels, it.weight, it.revision, it.merged)


def write_poll(poll: Poll) -> str:
    """A poll as its partition keeps it."""
    return _encode(poll).decode()


def read_poll(state: bytes) -> Poll:
    """The poll that `write_poll` wrote."""
    return _poll.decode(state)


def read_polls(states: Mapping[bytes, bytes]) -> dict[str, Poll]:
    """The polls of a partition that are known."""
    return {poll_id.decode(): read_poll(state) for poll_id, state in states.items() if state}


def read_tally(counts: Mapping[bytes, bytes]) -> Tally:
    """A tally with nothing to store."""
    return Tally(Counter({name.decode(): int(value) for name, value in counts.items()}))


def read_position(fields: Mapping[bytes, bytes]) -> Position:
    """A position; the start of the log when nothing is stored."""
    if not fields:
        return Position(0, None)
    return Position(int(fields[b"offset"]), fields[b"id"].decode())


def by_bucket(wanted: Iterable[tuple[int, BallotKey]]) -> dict[str, list[BallotKey]]:
    """(Partition, ballot) pairs by the hash that they lie in."""
    buckets: dict[str, list[BallotKey]] = {}
    for partition, key in wanted:
        buckets.setdefault(bucket_key(partition, key), []).append(key)
    return buckets
