"""How far an import is: bars on a terminal, a line for each step elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Advance = Callable[[int], None]
"""Tells that so many more rows are done."""


class Progress:
    """The steps of an import, one after the other."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def step(self, name: str, rows: int) -> Iterator[Advance]:
        """Shows a step of so many rows while the block runs."""
        if not self._console.is_terminal:
            yield lambda _: None
            self._console.print(f"{name} {rows:,} rows: done")
            return
        columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
        with Bars(*columns, TimeRemainingColumn(), console=self._console) as bars:
            task = bars.add_task(name, total=rows)
            yield lambda more: bars.advance(task, more)
