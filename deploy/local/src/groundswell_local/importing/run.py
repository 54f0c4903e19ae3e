"""An import from its file to its outcome: read, asked about, sent in."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from groundswell_local.importing.api import Api
from groundswell_local.importing.candidates import Candidate, Room, batches, candidates_of
from groundswell_local.importing.columns import Column, columns_of
from groundswell_local.importing.pictures import FileRefused
from groundswell_local.importing.progress import Advance, Progress
from groundswell_local.importing.reading import RowError, Sheet, SheetRow, read_sheet
from groundswell_local.importing.uploading import Uploads

Outcome = Literal["created", "unchanged", "differs", "refused"]

SENT_AT_ONCE = 2

ROWS_AT_ONCE = 24
"""Rows whose files are on their way or wait for their check: enough to keep the checks busy."""

FILES_AT_ONCE = 150
"""Files of these rows: fewer than the service lets staff have that nothing uses yet."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row; in a dry run, what would become of it."""

    row: SheetRow
    outcome: Outcome
    errors: Sequence[RowError] = ()


@dataclass(frozen=True, slots=True)
class Contest:
    """What an import has to know of a contest: the columns, and how its local times are meant."""

    id: str
    columns: Sequence[Column]
    zone: ZoneInfo
    free_fields: bool


_Ready = tuple[Candidate, "asyncio.Future[Result]"]


async def read_contest(api: Api, contest_id: str) -> Contest:
    """The contest as the service tells it. Raises ImportFailed."""
    path = f"/v1/contests/{contest_id}"
    told = (await api.call("GET", path)).json()
    form = (await api.call("GET", f"{path}/entry-form")).json()
    return Contest(
        id=contest_id,
        columns=columns_of(form),
        zone=ZoneInfo(told["time_zone"]),
        free_fields=not form["form"]["properties"],
    )


async def import_ideas(
    api: Api, contest: Contest, file: Path, delimiter: str, progress: Progress, *, dry_run: bool
) -> tuple[Sheet, list[Result]]:
    """Imports a file; its rows as they were read, and what became of each, in their order.

    All rows are asked about before the first one is sent in, and what is in already is not sent
    again: so a run that broke off, wherever, is repeated. Raises UnreadableFile and ImportFailed.
    """
    sheet = read_sheet(file, contest.columns, contest.zone, delimiter, free=contest.free_fields)
    names = {column.place: column.name for column in contest.columns}
    results: dict[int, Result] = {}
    candidates = []
    with progress.step("reading", len(sheet.rows)) as advance:
        async for candidate in candidates_of(file.parent, sheet.rows, names):
            row = candidate.row
            if row.errors:
                results[row.number] = Result(row, "refused", row.errors)
            else:
                candidates.append(candidate)
            advance(1)
    taking = _Taking(api, contest.id, names)
    try:
        with progress.step("checking", len(candidates)) as advance:
            asked = await taking.ask(candidates, advance)
        results |= {result.row.number: result for result in asked}
        if not dry_run:
            new = [c for c in candidates if results[c.row.number].outcome == "created"]
            with progress.step("importing", len(new)) as advance:
                taken = await taking.take(new, advance)
            results |= {result.row.number: result for result in taken}
    except ExceptionGroup as group:
        raise _first(group) from group
    return sheet, [results[number] for number in sorted(results)]


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """What went wrong first, of tasks that ended with it."""
    (error, *_) = group.exceptions
    return _first(error) if isinstance(error, ExceptionGroup) else error


class _Taking:
    """Asks about rows, and has them taken in."""

    def __init__(self, api: Api, contest_id: str, names: Mapping[str, str]) -> None:
        self._api = api
        self._path = f"/v1/contests/{contest_id}/imports"
        self._names = names
        self._uploads = Uploads(api, contest_id)
        self._room = Room(FILES_AT_ONCE)

    async def ask(self, candidates: Sequence[Candidate], advance: Advance) -> list[Result]:
        """What would become of them."""
        free = asyncio.Semaphore(SENT_AT_ONCE)

        async def one(batch: Sequence[Candidate]) -> list[Result]:
            async with free:
                results = await self._sent(batch, dry_run=True)
            advance(len(batch))
            return results

        async with asyncio.TaskGroup() as tasks:
            asking = [tasks.create_task(one(batch)) for batch in batches(candidates)]
        return [result for task in asking for result in task.result()]

    async def take(self, candidates: Sequence[Candidate], advance: Advance) -> list[Result]:
        """What became of them. Rows whose files have become ready meanwhile go in together."""
        results: list[Result] = []
        left = iter(candidates)
        ready: asyncio.Queue[_Ready] = asyncio.Queue(ROWS_AT_ONCE)

        async def work() -> None:
            for candidate in left:
                results.append(await self._taken(candidate, ready))
                advance(1)

        async with asyncio.TaskGroup() as senders:
            sending = [senders.create_task(self._send(ready)) for _ in range(SENT_AT_ONCE)]
            async with asyncio.TaskGroup() as workers:
                for _ in range(ROWS_AT_ONCE):
                    workers.create_task(work())
            for sender in sending:
                sender.cancel()
        return results

    async def _taken(self, candidate: Candidate, ready: "asyncio.Queue[_Ready]") -> Result:
        async with self._room.taken(candidate.count):
            errors = await self._send_files(candidate)
            if errors:
                return Result(candidate.row, "refused", errors)
            done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
            await ready.put((candidate, done))
            return await done

    async def _send_files(self, candidate: Candidate) -> list[RowError]:
        """Sends in what a row names, and notes the uploads; what was refused of it."""
        errors = []
        for name, files in candidate.files.items():
            for place, file in enumerate(files):
                try:
                    upload_id = await self._uploads.send(
                        f"{candidate.row.reference}\n{name}\n{place}", file
                    )
                except FileRefused as error:
                    words = f"{file.path.name}: {error.words}"
                    errors.append(RowError(self._names[f"files.{name}"], error.rule, words))
                else:
                    candidate.body["files"][name][place]["upload_id"] = upload_id
        return errors

    async def _send(self, ready: "asyncio.Queue[_Ready]") -> None:
        """Sends what is ready, together, until it is cancelled."""
        while True:
            together = [await ready.get()]
            while not ready.empty():
                together.append(ready.get_nowait())
            for batch in batches([candidate for candidate, _ in together]):
                results = await self._sent(batch, dry_run=False)
                for result, (_, done) in zip(results, together, strict=False):
                    if not done.cancelled():
                        done.set_result(result)
                together = together[len(batch) :]

    async def _sent(self, batch: Sequence[Candidate], *, dry_run: bool) -> list[Result]:
        body = {"dry_run": dry_run, "rows": [candidate.body for candidate in batch]}
        answer = (await self._api.call("POST", self._path, body)).json()
        return [
            Result(
                candidate.row,
                item["outcome"],
                [
                    RowError(self._column(error["field"]), error["rule"], error["message"])
                    for error in item["errors"]
                ],
            )
            for candidate, item in zip(batch, answer["items"], strict=True)
        ]

    def _column(self, place: str) -> str:
        """The column that a part of a row's JSON comes from; that part itself if there is none."""
        group, _, rest = place.partition(".")
        name = rest.partition(".")[0]
        for where in (place, f"{group}.{name}", f"files.{name}"):
            if where in self._names:
                return self._names[where]
        return place
