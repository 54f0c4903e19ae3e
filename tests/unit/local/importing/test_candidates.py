"""Rows on their way: batches within bounds, and room for so many files."""

import asyncio
from pathlib import Path

from groundswell_local.importing.candidates import (
    BATCH_BYTES,
    BATCH_ROWS,
    Candidate,
    Room,
    batches,
    candidates_of,
)
from groundswell_local.importing.reading import SheetRow
from tests.support.pictures import jpeg


def candidate(number: int, length: int = 10) -> Candidate:
    return Candidate(SheetRow(number, ()), {"title": "x" * length})


def test_a_batch_has_so_many_rows_and_bytes() -> None:
    assert list(batches([])) == []
    many = [candidate(n) for n in range(2 * BATCH_ROWS + 1)]
    assert [len(batch) for batch in batches(many)] == [BATCH_ROWS, BATCH_ROWS, 1]
    long = [candidate(n, BATCH_BYTES // 2) for n in range(3)]
    assert [len(batch) for batch in batches(long)] == [1, 1, 1]
    assert [one for batch in batches(many) for one in batch] == many


async def test_rows_come_in_order_with_what_their_files_are(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    rows = [
        SheetRow(n, (), {"reference": str(n)}, {"sketches": ["a.jpg" if n % 2 else "b.jpg"]})
        for n in range(9)
    ]
    long = SheetRow(9, (), {"summary": "x" * BATCH_BYTES})
    found = [one async for one in candidates_of(tmp_path, [*rows, long], {"files.sketches": "Sk"})]
    assert [one.row.number for one in found] == list(range(10))
    assert [len(one.body.get("files", {}).get("sketches", [])) for one in found[:3]] == [0, 1, 0]
    assert [(e.column, e.rule) for e in rows[0].errors] == [("Sk", "missing-file")]
    assert [e.rule for e in long.errors] == ["too-long"]


async def test_room_is_for_so_many_files_at_once() -> None:
    room, taken, most = Room(5), 0, 0

    async def use(files: int) -> None:
        nonlocal taken, most
        async with room.taken(files):
            taken += files
            most = max(most, taken)
            await asyncio.sleep(0)
            taken -= files

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        for files in (3, 3, 5, 0, 1, 2, 4, 5):
            tasks.create_task(use(files))
    assert most == 5


async def test_more_files_than_there_is_room_for_come_alone() -> None:
    room = Room(2)
    async with asyncio.timeout(30):
        async with room.taken(3):
            pass
        async with room.taken(2):
            pass


async def test_who_is_cancelled_gives_their_room_back() -> None:
    room = Room(2)

    async def stay() -> None:
        async with room.taken(2):
            await asyncio.sleep(60)

    task = asyncio.create_task(stay())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    async with asyncio.timeout(30), room.taken(2):
        assert task.cancelled()
