"""Counting a poll from zero: from any source of its log records, with the rules of the count."""

import asyncio
from collections.abc import AsyncIterable

from groundswell_voting.certification.rules import LogHash, PartitionCount
from groundswell_voting.counting.fold import Fold, Tally
from groundswell_voting.voteslog.codec import LogRecord, decode
from groundswell_voting.voteslog.rules import Malformed, Record, Sealed

PAUSE_EVERY = 1_000


class RecountFailed(Exception):
    """The log of a poll cannot be counted: it does not begin, or does not end, or is halted."""


async def recount_partition(
    poll_id: str, partition: int, partitions: int, source: AsyncIterable[LogRecord]
) -> PartitionCount:
    """Count a poll in one partition up to its seal. `source` begins at or before its opening.

    Raises RecountFailed when the source ends before the seal, or a control record is missing.
    """
    fold = Fold(partition, partitions)
    hashed = LogHash()
    first: int | None = None
    taken = 0
    async for raw in source:
        record = decode(raw)
        if not _belongs(record, poll_id):
            continue
        first = record.offset if first is None else first
        fold.take(record)
        hashed.take(record, raw.value or b"")
        taken += 1
        if taken % PAUSE_EVERY == 0:
            await asyncio.sleep(0)
        if isinstance(record.body, Sealed):
            if fold.polls[poll_id].halted:
                raise RecountFailed(f"{poll_id} misses a control record in partition {partition}")
            tally = fold.tallies.get(poll_id, Tally())
            return PartitionCount(
                partition, first, record.offset, tally.votes, tally.verdicts, hashed.digest()
            )
    raise RecountFailed(f"{poll_id} is not sealed in partition {partition}")


def _belongs(record: Record, poll_id: str) -> bool:
    return not isinstance(record.body, Malformed) and record.body.poll_id == poll_id
