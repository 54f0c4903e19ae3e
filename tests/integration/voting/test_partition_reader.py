"""Partitions are read from where the position says, without a hole, or not at all."""

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest
from aiokafka import AIOKafkaProducer

from groundswell_kit.ids import new_id
from groundswell_kit.partitions import PartitionReader, PartitionsHalted, Position, follows
from groundswell_voting.voteslog.codec import record_id
from tests.integration.voting.conftest import NewLog
from tests.integration.voting.world import (
    Log,
    RawRecord,
    cast,
    eventually,
    opened,
    running,
    voters_of,
)


@dataclass
class Shelf:
    """Positions and what was read, kept together: a batch counts where it begins, or is dropped."""

    read: dict[int, list[int]] = field(default_factory=dict)
    positions: dict[int, Position] = field(default_factory=dict)

    async def load(self, partition: int) -> Position:
        return self.positions.get(partition, Position(0, None))

    def put(self, partition: int, records: list[RawRecord]) -> bool:
        at = self.positions.get(partition, Position(0, None)).offset
        if records[0].offset != at:
            return False
        self.read.setdefault(partition, []).extend(r.offset for r in records)
        self.positions[partition] = Position(records[-1].offset + 1, record_id(records[-1]))
        return True


def reader_of(log: Log, shelf: Shelf, group: str | None = None) -> PartitionReader:
    return PartitionReader(
        log.bootstrap, log.topic, group or new_id("group"), load=shelf.load, record_id=record_id
    )


@dataclass
class Reading:
    """Reads into a shelf until stopped, as counter and archiver do."""

    reader: PartitionReader
    shelf: Shelf
    fetched: list[int] = field(default_factory=list)

    async def run(self, stop: asyncio.Event) -> None:
        await self.reader.start()
        try:
            while not stop.is_set():
                for partition, records in (await self.reader.fetch(0.1)).items():
                    self.fetched += [record.offset for record in records]
                    if not self.shelf.put(partition, records):
                        self.reader.restart(partition)
        finally:
            await self.reader.stop()


@pytest.fixture
async def log(new_log: NewLog) -> Log:
    """Two partitions, of ten records each."""
    log = await new_log(2)
    for partition in range(2):
        await log.append(partition, opened(), *(cast(v) for v in voters_of(partition, 2, 9)))
    return log


async def test_a_new_partition_is_read_from_its_start(log: Log) -> None:
    shelf = Shelf()
    reading = Reading(reader_of(log, shelf), shelf)
    async with running(reading.run):
        await eventually(lambda: _read(shelf, {0: 10, 1: 10}), "all is read")
        await log.append(1, cast("one more"))
        await eventually(lambda: _read(shelf, {0: 10, 1: 11}), "the new one is read")
    assert shelf.read == {0: list(range(10)), 1: list(range(11))}


async def test_a_stored_position_is_where_reading_goes_on(log: Log) -> None:
    raw = await log.read()
    shelf = Shelf(positions={0: Position(4, record_id(raw[0][3])), 1: Position(10, _last(raw[1]))})
    reading = Reading(reader_of(log, shelf), shelf)
    async with running(reading.run):
        await eventually(lambda: _read(shelf, {0: 6}), "the rest is read")
        await log.append(1, cast("one more"))
        await eventually(lambda: _read(shelf, {0: 6, 1: 1}), "the new one is read")
    assert shelf.read == {0: [4, 5, 6, 7, 8, 9], 1: [10]}
    # The record before the position was read to be compared, and not handed out.
    assert sorted(reading.fetched) == [4, 5, 6, 7, 8, 9, 10]
    assert not reading.reader.halted


async def test_an_offset_that_the_log_has_not_halts_its_partition(log: Log) -> None:
    """Never in silence: a log that lost records is not the log that was counted."""
    shelf = Shelf(positions={0: Position(4711, "somebody")})
    reading = Reading(reader_of(log, shelf), shelf)
    async with running(reading.run):
        await eventually(lambda: _read(shelf, {1: 10}), "the other partition is read")
        await eventually(lambda: _halted(reading.reader, 0), "the partition is halted")
        with pytest.raises(PartitionsHalted, match=r"0.*does not have the stored offset"):
            await reading.reader.ready()
        await log.append(0, cast("one more"))
        await log.append(1, cast("one more"))
        await eventually(lambda: _read(shelf, {1: 11}), "the other partition is read on")
    assert 0 not in shelf.read


async def test_another_record_before_the_position_halts_its_partition(log: Log) -> None:
    """The same offset, another log: as after a topic was made anew."""
    shelf = Shelf(positions={0: Position(4, "somebody else")})
    reading = Reading(reader_of(log, shelf), shelf)
    async with running(reading.run):
        await eventually(lambda: _halted(reading.reader, 0), "the partition is halted")
        await eventually(lambda: _read(shelf, {1: 10}), "the other partition is read")
        with pytest.raises(PartitionsHalted, match="another record"):
            await reading.reader.ready()
    assert 0 not in shelf.read


async def test_a_halted_partition_stays_so_when_the_group_moves(log: Log) -> None:
    group = new_id("group")
    shelf = Shelf(positions={0: Position(4, "somebody else")})
    first = Reading(reader_of(log, shelf, group), shelf)
    async with running(first.run):
        await eventually(lambda: _halted(first.reader, 0), "the partition is halted")
        second = Reading(reader_of(log, shelf, group), shelf)
        async with running(second.run):
            await eventually(lambda: _owns(second.reader), "the group has moved")
        await eventually(lambda: _owns(first.reader, 2), "the first has all again")
        await log.append(1, cast("one more"))
        await eventually(lambda: _read(shelf, {1: 11}), "the other partition is read on")
    assert 0 not in shelf.read
    assert 0 in first.reader.halted


async def test_restarting_reads_again_from_the_stored_position(log: Log) -> None:
    shelf = Shelf()
    reading = Reading(reader_of(log, shelf), shelf)
    async with running(reading.run):
        await eventually(lambda: _read(shelf, {0: 10, 1: 10}), "all is read")
        shelf.positions[0], shelf.read[0] = Position(0, None), []
        reading.reader.restart(0)
        await eventually(lambda: _read(shelf, {0: 10, 1: 10}), "all is read once more")
    assert shelf.read == {0: list(range(10)), 1: list(range(10))}


async def test_owners_that_come_and_go_lose_and_double_nothing(new_log: NewLog) -> None:
    log = await new_log(4)
    group, shelf = new_id("group"), Shelf()
    sent = dict.fromkeys(range(4), 0)

    async def send(until: asyncio.Event) -> None:
        for number in itertools.count():
            partition = number % 4
            await log.append(partition, cast(f"voter_{number}"))
            sent[partition] += 1
            if until.is_set():
                return

    first = Reading(reader_of(log, shelf, group), shelf)
    second = Reading(reader_of(log, shelf, group), shelf)
    async with running(first.run, send):
        await eventually(lambda: _owns(first.reader, 4), "the first owns all")
        async with running(second.run):
            await eventually(lambda: _fetched(second, 20), "the second takes its share")
            # The group has moved; the first may be told a moment later.
            await eventually(lambda: _share(first, second, 4), "each partition has one owner")
            read_by_first = len(first.fetched)
            await eventually(lambda: _fetched(first, read_by_first + 20), "so does the first")
        await eventually(lambda: _owns(first.reader, 4), "the first owns all again")
    async with running(Reading(reader_of(log, shelf, group), shelf).run):
        await eventually(lambda: _read(shelf, sent), "all is read")
    assert shelf.read == {p: list(range(count)) for p, count in sent.items()}


async def test_a_hole_in_the_log_halts_its_partition(log: Log) -> None:
    """A transactional writer leaves marks that nobody is given: the count cannot go over them."""
    producer = AIOKafkaProducer(
        bootstrap_servers=log.bootstrap, transactional_id=new_id("tx"), request_timeout_ms=5_000
    )
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(log.topic, b"{}", partition=0)
        async with producer.transaction():
            await producer.send_and_wait(log.topic, b"{}", partition=0)
    finally:
        await producer.stop()
    shelf = Shelf()
    reading = Reading(reader_of(log, shelf), shelf)
    async with running(reading.run):
        await eventually(lambda: _halted(reading.reader, 0), "the partition is halted")


async def test_the_lag_is_what_lies_behind_this_process(log: Log) -> None:
    shelf = Shelf()
    reader = reader_of(log, shelf)
    await reader.start()
    try:
        assert await reader.lag() == {}
        await eventually(lambda: _owns(reader, 2), "both are owned")
        seen: dict[int, int] = {}
        while sum(seen.values()) < 20:
            for partition, records in (await reader.fetch(0.1)).items():
                seen[partition] = seen.get(partition, 0) + len(records)
        await log.append(1, cast("one more"), cast("and one"))
        assert await reader.lag() == {0: 0, 1: 2}
    finally:
        await reader.stop()


@pytest.mark.parametrize(
    ("offsets", "start", "follow"),
    [([], 3, True), ([3], 3, True), ([3, 4, 5], 3, True), ([4], 3, False), ([3, 5], 3, False)],
)
def test_records_follow(offsets: list[int], start: int, follow: bool) -> None:
    @dataclass
    class At:
        offset: int

    assert follows([At(o) for o in offsets], start) == follow  # type: ignore[misc]


def _last(records: list[RawRecord]) -> str:
    return record_id(records[-1])


async def _read(shelf: Shelf, counts: dict[int, int]) -> bool:
    return {p: len(read) for p, read in shelf.read.items()} == counts


async def _halted(reader: PartitionReader, partition: int) -> bool:
    return partition in reader.halted


async def _fetched(reading: Reading, count: int) -> bool:
    return len(reading.fetched) >= count


async def _share(one: Reading, other: Reading, partitions: int) -> bool:
    owned, others = one.reader.owned, other.reader.owned
    return owned.isdisjoint(others) and len(owned | others) == partitions


async def _owns(reader: PartitionReader, count: int = 1) -> bool:
    return len(reader.owned) >= count
