"""The archive holds every record of the log once, as it was, whatever happens to archivers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pymongo import WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError

from groundswell_kit.health import Heartbeat
from groundswell_kit.mongo import Document
from groundswell_kit.partitions import PartitionReader, PartitionsHalted, Position
from groundswell_local.engines import Engines
from groundswell_voting.archive.archiver import Archiver
from groundswell_voting.archive.records import Archive, ArchiveDiffers
from groundswell_voting.voteslog.codec import record_id
from tests.integration.voting.conftest import NewLog
from tests.integration.voting.world import (
    Log,
    cast,
    eventually,
    opened,
    rest_of_life,
    running,
    voters_of,
)

OFFSETS = 1 << 48


class Killed(BaseException):
    """The process ended here."""


class Dying(Archive):
    """The process is killed between adding records and moving on."""

    async def move(self, *_: object) -> bool:
        raise Killed


@dataclass
class Archiving:
    """An archiver of a log; those of one group share its partitions."""

    log: Log
    archive: Archive
    group: str = "archiver"
    reader: PartitionReader = field(init=False)
    archiver: Archiver = field(init=False)

    def __post_init__(self) -> None:
        self.reader = PartitionReader(
            self.log.bootstrap,
            self.log.topic,
            f"{self.log.topic}.{self.group}",
            load=self.archive.position,
            record_id=record_id,
        )
        self.archiver = Archiver(self.reader, self.archive, Heartbeat(30))


@asynccontextmanager
async def archiving(
    log: Log, archive: Archive, group: str = "archiver"
) -> AsyncIterator[Archiving]:
    one = Archiving(log, archive, group)
    async with running(one.archiver.run):
        yield one


@pytest.fixture
async def archive(database: AsyncDatabase[Document]) -> Archive:
    archive = Archive(database)
    await archive.ensure_indexes()
    return archive


@pytest.fixture
async def log(new_log: NewLog) -> Log:
    """Two partitions with votes, controls, and what only an auditor may understand."""
    log = await new_log(2)
    await log.everywhere(opened())
    for partition in range(2):
        await log.append(partition, *(cast(v) for v in voters_of(partition, 2, 20)))
    unknown = [("ce_id", b"id_1"), ("ce_type", b"groundswell.BallotEaten.v1"), ("ce_x", None)]
    malformed = [("ce_id", b"id_2"), ("ce_type", b"groundswell.VoteCast.v1")]
    await log.append_raw(0, [(b"key", b"{}", unknown), (b"key", b"\xff{", malformed)])
    await log.append_raw(1, [(b"key", None, []), (b"", b"", [("a", b"1"), ("a", b"2")])])
    await log.everywhere(*rest_of_life())
    return log


def content(records: Sequence[object]) -> list[tuple[object, ...]]:
    names = ("partition", "offset", "timestamp", "key", "value")
    return [
        (*(getattr(r, name) for name in names), [*map(tuple, getattr(r, "headers"))])  # noqa: B009
        for r in records
    ]


async def archived(database: AsyncDatabase[Document], partition: int) -> list[tuple[object, ...]]:
    """What the archive holds of a partition, in the form of `content`."""
    own = {"$gte": partition * OFFSETS, "$lt": (partition + 1) * OFFSETS}
    return [
        (
            *divmod(row["_id"], OFFSETS),
            row["appended_at_ms"],
            row["key"],
            row["value"],
            [*map(tuple, row["headers"])],
        )
        async for row in database["votes_log"].find({"_id": own}).sort("_id", 1)
    ]


async def is_whole(log: Log, database: AsyncDatabase[Document], archive: Archive) -> bool:
    """Whether archive and log are equal, record by record, and the positions behind the last."""
    for partition, records in (await log.read()).items():
        if await archived(database, partition) != content(records):
            return False
        last = Position(len(records), record_id(records[-1])) if records else Position(0, None)
        if await archive.position(partition) != last:
            return False
    return True


async def until_whole(log: Log, database: AsyncDatabase[Document], archive: Archive) -> None:
    await eventually(lambda: is_whole(log, database, archive), "the archive is whole")


async def test_the_archive_is_the_log_record_by_record(
    log: Log, database: AsyncDatabase[Document], archive: Archive
) -> None:
    async with archiving(log, archive):
        await until_whole(log, database, archive)
        await log.append(1, *(cast(v) for v in voters_of(1, 2, 30)))
        await until_whole(log, database, archive)
    raw = (await log.read())[0]
    assert await archive.count(0, 0, len(raw) - 1) == len(raw)
    assert await archive.count(0, 5, 9) == 5
    voter = voters_of(0, 2, 1)[0]
    assert content(await archive.voter_records("ship", voter)) == content(raw[1:2])
    controls = await archive.control_records("ship")
    assert [c.partition for c in controls] == [0] * 4 + [1] * 4
    poll = [record async for record in archive.poll_records(0, 2, 6, "ship")]
    assert content(poll) == content(raw[2:7])


async def test_killed_before_it_moved_on_it_archives_nothing_twice(
    log: Log, database: AsyncDatabase[Document], archive: Archive
) -> None:
    dying = Archiving(log, Dying(database))
    with pytest.raises(Killed):
        await dying.archiver.run(asyncio.Event())
    assert await database["votes_log"].count_documents({}) > 0
    assert await archive.position(0) == await archive.position(1) == Position(0, None)
    await log.append(0, *(cast(v) for v in voters_of(0, 2, 30)))
    async with archiving(log, archive):
        await until_whole(log, database, archive)


async def test_two_archivers_of_everything_archive_nothing_twice(
    log: Log, database: AsyncDatabase[Document], archive: Archive
) -> None:
    """Both believe to own all: as when one was paused and replaced."""
    async with archiving(log, archive, "one"), archiving(log, Archive(database), "other"):
        for first in range(0, 400, 50):
            await log.append(0, *(cast(v) for v in voters_of(0, 2, 400)[first : first + 50]))
        await until_whole(log, database, archive)


@pytest.mark.parametrize("field_name", ["value", "appended_at_ms"])
async def test_another_content_at_a_position_halts_its_partition(
    log: Log, database: AsyncDatabase[Document], archive: Archive, field_name: str
) -> None:
    async with archiving(log, archive):
        await until_whole(log, database, archive)
    # The position is set back, and one record is not what the log holds there.
    await database["votes_log_positions"].delete_one({"_id": 0})
    records = database["votes_log"]
    wrong = {"value": b"{}", "appended_at_ms": 5}[field_name]
    await records.update_one({"_id": 7}, {"$set": {field_name: wrong}})
    tampered = await archived(database, 0)

    async with archiving(log, archive) as one:
        await eventually(lambda: _is_halted(one, 0), "the partition is halted")
        with pytest.raises(PartitionsHalted, match=r"0.*differs.*offset 7"):
            await one.reader.ready()
        await log.append(1, cast(voters_of(1, 2, 50)[-1]))
        await eventually(lambda: _is_at(archive, 1, 27), "the other partition goes on")
    assert await archive.position(0) == Position(0, None)
    assert await archived(database, 0) == tampered


async def test_mongodb_may_be_killed(
    engines: Engines, log: Log, database: AsyncDatabase[Document], archive: Archive
) -> None:
    async with archiving(log, archive):
        await until_whole(log, database, archive)
        await engines.mongo.kill()
        await log.append(0, *(cast(v) for v in voters_of(0, 2, 200)))
        await engines.mongo.start()
        await until_whole(log, database, archive)


async def test_a_position_moves_only_from_where_it_stands(archive: Archive) -> None:
    assert not await archive.move(0, 5, Position(6, "id_5"))
    assert await archive.position(0) == Position(0, None)
    assert await archive.move(0, 0, Position(3, "id_2"))
    assert not await archive.move(0, 0, Position(4, "id_3"))
    assert not await archive.move(0, 2, Position(4, "id_3"))
    assert await archive.move(0, 3, Position(4, "id_3"))
    assert await archive.position(0) == Position(4, "id_3")


async def test_adding_again_is_the_same_or_an_alarm(
    log: Log, database: AsyncDatabase[Document], archive: Archive
) -> None:
    async with archiving(log, archive):
        await until_whole(log, database, archive)
    rows = await database["votes_log"].find().to_list()
    await archive.append(rows)
    with pytest.raises(ArchiveDiffers, match="partition 0, offset 3"):
        await archive.append([*rows[:3], rows[3] | {"value": b"another"}, *rows[4:]])


async def test_headers_without_a_value_are_archived_too(
    new_log: NewLog, database: AsyncDatabase[Document], archive: Archive
) -> None:
    log = await new_log(1)
    headers = [[("ce_id", None)], [("ce_type", None)], []]
    await log.append_raw(0, [(b"key", b"{}", header) for header in headers])
    async with archiving(log, archive):
        await until_whole(log, database, archive)


async def test_what_no_majority_has_is_not_archived(
    log: Log, database: AsyncDatabase[Document], archive: Archive
) -> None:
    """The server took the records and then says that they may be rolled back."""
    async with archiving(log, archive):
        await until_whole(log, database, archive)
    rows = await database["votes_log"].find().to_list()
    await database["votes_log"].delete_many({})
    lonely = Archive(database.with_options(write_concern=WriteConcern(w=2, wtimeout=100)))
    with pytest.raises(BulkWriteError):
        await lonely.append(rows)


async def _is_halted(one: Archiving, partition: int) -> bool:
    return partition in one.reader.halted


async def _is_at(archive: Archive, partition: int, offset: int) -> bool:
    return (await archive.position(partition)).offset == offset
