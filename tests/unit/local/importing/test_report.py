"""What an import came to, as people see it and as a file."""

import csv
import io
from pathlib import Path

from rich.console import Console

from groundswell_local.importing.reading import RowError, Sheet, SheetRow
from groundswell_local.importing.report import show_results, write_errors
from groundswell_local.importing.run import Result

TITLE_OF_THE_WINDOW = "\x1b]0;mine\x07"


def test_a_file_tells_the_terminal_nothing() -> None:
    row = SheetRow(2, (), {"reference": f"7{TITLE_OF_THE_WINDOW}[red]"})
    error = RowError("sketches", "missing-file", f"there is no file {TITLE_OF_THE_WINDOW}\x9b2J")
    printed = io.StringIO()
    console = Console(file=printed, width=200, force_terminal=True, color_system=None)
    show_results(console, [Result(row, "refused", [error])], dry_run=False)
    assert "\ufffd]0;mine" in printed.getvalue()
    assert "[red]" in printed.getvalue()
    assert not {"\x1b", "\x07", "\x9b"} & set(printed.getvalue())


def test_rows_that_are_not_in_are_written_as_they_were(tmp_path: Path) -> None:
    header = ["reference", "import_row", "title", "import_errors"]
    good, bad = (SheetRow(n, (str(n), "9", "A\nboat, of oak", "old")) for n in (2, 3))
    results = [
        Result(good, "created"),
        Result(bad, "refused", [RowError("title", "unique", "is there")]),
    ]
    write_errors(tmp_path / "left.csv", Sheet(header, [good, bad]), results)
    text = (tmp_path / "left.csv").read_text(encoding="utf-8")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["reference", "title", "import_row", "import_errors"],
        ["3", "A\nboat, of oak", "3", "title: unique: is there"],
    ]
