"""The history of a run: one line per request, answer, fault, sample; kept as it happens."""

import json
import time
from pathlib import Path
from typing import Any

from tests.chaos.checker.evidence import HISTORY


class History:
    """Appends to `history.jsonl` of a directory; moments are seconds since it was made."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._file = (directory / HISTORY).open("w", buffering=1 << 16)
        self._began = time.monotonic()
        self._requests = 0
        self.note("begins", at_ms=time.time_ns() // 1_000_000)

    def now(self) -> float:
        """Seconds since the run began."""
        return round(time.monotonic() - self._began, 4)

    def note(self, kind: str, **fields: Any) -> None:
        """Append a line."""
        self._file.write(json.dumps({"kind": kind, "t": self.now(), **fields}) + "\n")

    def invoke(self, **fields: Any) -> int:
        """Note a request before it is sent; its number."""
        self._requests += 1
        self.note("invoke", id=self._requests, **fields)
        return self._requests

    def close(self) -> None:
        """Write what is left."""
        self._file.close()
