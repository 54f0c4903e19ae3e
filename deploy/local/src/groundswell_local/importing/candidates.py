"""Rows on their way: with what their files are, in batches, and with room for so many files."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from groundswell_local.importing.pictures import FileRefused, LocalFile, local_file
from groundswell_local.importing.reading import RowError, SheetRow

BATCH_ROWS = 100
BATCH_BYTES = 400_000
READ_AT_ONCE = 4


@dataclass(slots=True)
class Candidate:
    """A row as it is sent: its JSON, and the files that it names."""

    row: SheetRow
    body: dict[str, Any]
    files: dict[str, list[LocalFile]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many files it has."""
        return sum(map(len, self.files.values()))

    @property
    def bytes(self) -> int:
        """How long its JSON is."""
        return len(json.dumps(self.body))


async def candidates_of(
    root: Path, rows: Iterable[SheetRow], names: Mapping[str, str]
) -> AsyncIterator[Candidate]:
    """Each row with what its files below `root` are; what is wrong is among the row's errors.

    `names` are those of columns by their place in the JSON.
    """
    pending: list[asyncio.Future[Candidate]] = []
    for row in rows:
        pending.append(asyncio.ensure_future(asyncio.to_thread(_candidate, root, row, names)))
        if len(pending) == READ_AT_ONCE:
            yield await pending.pop(0)
    for last in pending:
        yield await last


def batches(candidates: Sequence[Candidate]) -> Iterator[list[Candidate]]:
    """The same in lists that the service takes at once."""
    batch: list[Candidate] = []
    length = 0
    for candidate in candidates:
        more = candidate.bytes
        if batch and (len(batch) == BATCH_ROWS or length + more > BATCH_BYTES):
            yield batch
            batch, length = [], 0
        batch.append(candidate)
        length += more
    if batch:
        yield batch


class Room:
    """Room for so many files at once."""

    def __init__(self, files: int) -> None:
        self._all = self._free = files
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def taken(self, files: int) -> AsyncIterator[None]:
        """Waits until there is room for these files, which they then take up.

        More than there is room for wait until they are alone.
        """
        files = min(files, self._all)
        async with self._changed:
            await self._changed.wait_for(lambda: self._free >= files)
            self._free -= files
        try:
            yield
        finally:
            # Not under the lock: while it is cancelled nobody may have to wait.
            self._free += files
            async with self._changed:
                self._changed.notify_all()


def _candidate(root: Path, row: SheetRow, names: Mapping[str, str]) -> Candidate:
    candidate = Candidate(row, dict(row.body))
    for name, listed in row.files.items():
        found = candidate.files[name] = []
        for one in listed:
            try:
                found.append(local_file(root, one))
            except FileRefused as error:
                row.errors.append(RowError(names[f"files.{name}"], error.rule, error.words))
    if candidate.files:
        candidate.body["files"] = {
            name: [one.announced() for one in files] for name, files in candidate.files.items()
        }
    if candidate.bytes > BATCH_BYTES:
        row.errors.append(RowError("", "too-long", f"has more than {BATCH_BYTES:,} bytes"))
    return candidate
