"""Counting a poll from zero: from any source of its log records, with the rules of the count."""

import asyncio
from collections.abc import AsyncIterable, Callable
from dataclasses import replace

import msgspec

from groundswell_voting.certification.links import Links
from groundswell_voting.certification.rules import LogHash, PartitionCount
from groundswell_voting.counting.fold import Fold
from groundswell_voting.counting.rules import Stage
from groundswell_voting.counting.tally import Tally
from groundswell_voting.voteslog.codec import LogRecord, decode
from groundswell_voting.voteslog.rules import Malformed, Opened, Record, Rules

PAUSE_EVERY = 1_000


class RecountFailed(Exception):
    """The log of a poll cannot be counted: it does not begin, or does not end, or is halted."""


async def recount_partition(
    poll_id: str,
    partition: int,
    partitions: int,
    source: AsyncIterable[LogRecord],
    *,
    other_rules: Rules | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> PartitionCount:
    """Count a poll in one partition up to its seal, or to the source's end where it has none.

    `source` begins at or before the poll's opening; `other_rules` take the place of the poll's.
    `progress` is told now and then how many records were read. Raises RecountFailed when the poll
    does not open there, a control record is missing, or its votes do not fit the other rules.
    """
    fold = Fold(partition, partitions)
    hashed, links = LogHash(), Links()
    first: int | None = None
    last = read = 0
    async for raw in source:
        read += 1
        if read % PAUSE_EVERY == 0:
            progress(read)
            await asyncio.sleep(0)
        record = decode(raw)
        if not _belongs(record, poll_id) or (first is None and not isinstance(record.body, Opened)):
            continue
        first = record.offset if first is None else first
        last = record.offset
        hashed.take(record, raw.value or b"")
        verdict = fold.take(record if other_rules is None else _under(other_rules, record))
        links.take(record.body, verdict)
        if fold.polls[poll_id].stage is Stage.SEALED:
            break
    poll = fold.polls.get(poll_id)
    if first is None or poll is None or poll.halted:
        what = "is not opened" if poll is None else "misses a control record"
        raise RecountFailed(f"{poll_id} {what} in partition {partition}")
    tally = fold.tallies.get(poll_id, Tally())
    named = links.votes(fold, poll_id)
    return PartitionCount(partition, first, last, poll, tally, hashed.digest(), named)


def _belongs(record: Record, poll_id: str) -> bool:
    return not isinstance(record.body, Malformed) and record.body.poll_id == poll_id


def _under(rules: Rules, record: Record) -> Record:
    """The record as if the poll had been opened under these rules."""
    opened = record.body
    if not isinstance(opened, Opened):
        return record
    cast = (opened.rules.kind, opened.rules.period)
    if cast != (rules.kind, rules.period):
        raise RecountFailed(
            f"votes were cast in a {cast[0]} poll per {cast[1]}: "
            "what they would have been in another one, the log cannot tell"
        )
    return msgspec.structs.replace(record, body=replace(opened, rules=rules))
