"""What an import came to: for people, and as a file of the rows to be looked at."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from groundswell_local.importing.columns import NOTES, Column
from groundswell_local.importing.reading import Sheet
from groundswell_local.importing.run import Result

SHOWN = 50
"""Errors that the table shows; a file can hold all."""


def shown(text: str) -> Text:
    """A text that may come from the file, as it is safe to print: it tells a terminal nothing."""
    return Text("".join(c if c.isprintable() else "\ufffd" for c in text))


def show_columns(console: Console, columns: Sequence[Column]) -> None:
    """The columns that a file may have."""
    table = Table("column", "", "what", box=None, pad_edge=False)
    for column in columns:
        needed = "required" if column.required else ""
        table.add_row(shown(column.name), needed, shown(column.words))
    console.print(table)


def show_results(console: Console, results: Sequence[Result], *, dry_run: bool) -> None:
    """The refused rows one by one, and all in numbers."""
    told = [(result.row, error) for result in results for error in result.errors]
    if told:
        table = Table("row", "reference", "column", "rule", "", box=None, pad_edge=False)
        for row, error in told[:SHOWN]:
            cells = (str(row.number), row.reference, error.column, error.rule, error.message)
            table.add_row(*map(shown, cells))
        console.print(table)
        if len(told) > SHOWN:
            console.print(f"... and {len(told) - SHOWN:,} more; --errors FILE writes all of them")
    counts = Counter(result.outcome for result in results)
    created = "to be created" if dry_run else "created"
    console.print(
        f"{len(results):,} rows: {counts['created']:,} {created}, "
        f"{counts['unchanged']:,} unchanged, {counts['differs']:,} that differ from what was "
        f"imported before, {counts['refused']:,} refused"
    )


def write_errors(path: Path, sheet: Sheet, results: Sequence[Result]) -> None:
    """The rows that were refused or differ, as they were, with what is wrong; importable again."""
    passed_over = {place for place, name in enumerate(sheet.header) if name in NOTES}

    def kept(cells: Sequence[str]) -> list[str]:
        return [cell for place, cell in enumerate(cells) if place not in passed_over]

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*kept(sheet.header), *NOTES])
        for result in results:
            if result.errors:
                words = "; ".join(f"{e.column}: {e.rule}: {e.message}" for e in result.errors)
                writer.writerow([*kept(result.row.cells), result.row.number, words])
