"""Reads a CSV file of ideas: its header as a whole, then each row by itself."""

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from groundswell_local.importing.columns import NOTES, SEPARATOR, Column, find, missing

ROWS_MAXIMUM = 50_000
MAX_FILE_BYTES = 200 * 1024 * 1024

_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?")
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class UnreadableFile(Exception):
    """The file cannot be read as a table of ideas; the message says why, and what would help."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row: in which column, by which rule, and the rule in words."""

    column: str
    rule: str
    message: str


@dataclass(slots=True)
class SheetRow:
    """A row of the file. `number` is that of a spreadsheet, where the header is the first one.

    `body` is what is said of the idea, as JSON; `files` are the names in its columns of files.
    """

    number: int
    cells: Sequence[str]
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[str]] = field(default_factory=dict)
    errors: list[RowError] = field(default_factory=list)

    @property
    def reference(self) -> str:
        return str(self.body.get("reference", ""))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file of ideas: its header as it stands, and its rows."""

    header: Sequence[str]
    rows: list[SheetRow]


def read_sheet(
    path: Path, columns: Sequence[Column], zone: ZoneInfo, delimiter: str, *, free: bool
) -> Sheet:
    """All rows, those with errors too. Raises UnreadableFile.

    Times without an offset are those of `zone`. `free` lets a contest without a form have
    `fields.` of any name.
    """
    _refuse_what_is_no_text(path)
    records = _records(path, delimiter)
    header = [name.strip() for name in next(records, [])]
    known = _known(header, columns, delimiter, free=free)
    rows: list[SheetRow] = []
    for number, cells in enumerate(records, start=2):
        if len(rows) == ROWS_MAXIMUM:
            raise UnreadableFile(f"It has more than {ROWS_MAXIMUM:,} rows: import it in parts.")
        if any(cell.strip() for cell in cells):
            rows.append(_row(number, cells, known, zone))
    _mark_repeated(rows)
    return Sheet(header, rows)


def _refuse_what_is_no_text(path: Path) -> None:
    number = 0
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise UnreadableFile("It has more than 200 MiB: import it in parts.")
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if number == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
                    raise UnreadableFile("It is UTF-16: save it as CSV in UTF-8.")
                if b"\0" in line:
                    raise UnreadableFile(
                        "It holds bytes that no text has: save it as CSV in UTF-8."
                    )
                line.decode()
    except OSError as error:
        raise UnreadableFile(f"It cannot be opened: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"Line {number} is not UTF-8: save it as CSV in UTF-8.") from error


def _records(path: Path, delimiter: str) -> Iterator[list[str]]:
    """The rows of a file that is text, read as they are asked for."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise UnreadableFile(f"Line {reader.line_num} is no CSV: {error}.") from error


def _known(
    header: Sequence[str], columns: Sequence[Column], delimiter: str, *, free: bool
) -> list[Column | None]:
    """The columns of the header in their order; None is one that is passed over."""
    if not any(header):
        raise UnreadableFile("It is empty: the first line names the columns.")
    known = [None if name in NOTES else find(columns, name, free=free) for name in header]
    if len(header) == 1:
        for mark, name in _SEPARATORS.items():
            if mark in header[0] and mark != delimiter:
                message = f"Its columns are separated by {name}, it seems: tell by --delimiter."
                raise UnreadableFile(message)
    wrong = []
    strange = [n for n, c in zip(header, known, strict=True) if c is None and n not in NOTES]
    if strange:
        told = ", ".join(name or "one without a name" for name in strange)
        wrong.append(f"Unknown columns: {told}.")
    if lacking := missing(columns, known):
        wrong.append(f"Missing columns: {', '.join(lacking)}.")
    # A column may be named by its place, too.
    names = [column.name if column else name for name, column in zip(header, known, strict=True)]
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        wrong.append(f"Columns that are there twice: {', '.join(twice)}.")
    if wrong:
        raise UnreadableFile(
            " ".join([*wrong, "`groundswell import columns` lists those of the contest."])
        )
    return known


def _row(
    number: int, cells: Sequence[str], columns: Sequence[Column | None], zone: ZoneInfo
) -> SheetRow:
    row = SheetRow(number, cells)
    if len(cells) != len(columns):
        message = f"has {len(cells)} cells for {len(columns)} columns"
        row.errors.append(RowError("", "cells", message))
        return row
    for column, cell in zip(columns, cells, strict=True):
        if column is not None and cell.strip():
            _fill_in(row, column, cell.strip(), zone)
    return row


def _fill_in(row: SheetRow, column: Column, cell: str, zone: ZoneInfo) -> None:
    group, _, name = column.place.partition(".")
    if column.kind == "files":
        row.files[name] = _items(cell)
        return
    try:
        value = _value(column, cell, zone)
    except ValueError:
        message = {
            "integer": "is no whole number",
            "number": "is no number such as 1234.5",
            "moment": "is no date such as 2012-05-01 or 2012-05-01T10:00",
        }[column.kind]
        row.errors.append(RowError(column.name, column.kind, message))
        return
    if name:
        row.body.setdefault(group, {})[name] = value
    else:
        row.body[group] = value


def _value(column: Column, cell: str, zone: ZoneInfo) -> str | int | float | list[str]:
    if column.kind in ("integer", "number"):
        if not _NUMBER.fullmatch(cell):
            raise ValueError(cell)
        return int(cell) if column.kind == "integer" else float(cell)
    if column.kind == "moment":
        moment = datetime.fromisoformat(cell)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).isoformat()
    return _items(cell) if column.kind == "links" else cell


def _items(cell: str) -> list[str]:
    return [item.strip() for item in cell.split(SEPARATOR) if item.strip()]


def _mark_repeated(rows: Sequence[SheetRow]) -> None:
    times = Counter(_spelled(row.reference) for row in rows if row.reference)
    for row in rows:
        if times[_spelled(row.reference)] > 1:
            message = "another row of the file has this reference"
            row.errors.append(RowError("reference", "unique", message))


def _spelled(reference: str) -> str:
    """A reference as the service keeps it: single spaces, one way to write letters with marks."""
    seen = "".join(c for c in reference if unicodedata.category(c) != "Cf")
    return unicodedata.normalize("NFC", " ".join(seen.split()))
