"""The steps of the demo: each is announced, and timed for the report."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Steps:
    """`seconds` tells for each step that ended well how long it took, in their order."""

    def __init__(self, console: Console) -> None:
        self.seconds: dict[str, float] = {}
        self._console = console

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Time the block under this title."""
        self._console.print(f"[bold]{title}[/] ...")
        began = time.monotonic()
        yield
        self.seconds[title] = time.monotonic() - began
