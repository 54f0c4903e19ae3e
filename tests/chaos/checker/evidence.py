"""What a run leaves to be judged, and the files that keep it. Collected by `collect`."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HISTORY, TALLIES = "history.jsonl", "tallies.json"
RECORDS = ("log", "archive", "announced", "published")
"""Fields of the evidence with records; each has a file of its own."""

Entry = dict[str, Any]
"""A line of the history; `kind` tells which, `t` when, in seconds since the run began."""


@dataclass(frozen=True, slots=True)
class LogRecord:
    """A record of the votes log, the archive's copy of it, or one of another topic.

    `at_ms` is the broker's time, where the topic has it.
    """

    partition: int
    offset: int
    at_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    def header(self, wanted: str) -> str:
        """The text of a header; empty where there is none."""
        for name, value in self.headers:
            if name == wanted:
                return (value or b"").decode(errors="replace")
        return ""

    @property
    def kind(self) -> str:
        """The name of the event."""
        return self.header("ce_type").removeprefix("groundswell.").removesuffix(".v1")

    @property
    def data(self) -> Any:
        """What the event says. Raises ValueError for what is no JSON."""
        return json.loads(self.value or b"")

    @property
    def place(self) -> str:
        """As findings name it."""
        return f"partition {self.partition}, offset {self.offset}"


@dataclass(slots=True)
class Evidence:
    """All that is judged. `tallies` are the certified ones by poll; `partitions` the log's.

    `announced` are the announcements of polls, `published` the events about tallies.
    """

    partitions: int
    history: list[Entry] = field(default_factory=list)
    log: list[LogRecord] = field(default_factory=list)
    archive: list[LogRecord] = field(default_factory=list)
    announced: list[LogRecord] = field(default_factory=list)
    published: list[LogRecord] = field(default_factory=list)
    tallies: dict[str, Entry] = field(default_factory=dict)

    def of(self, *kinds: str) -> Iterator[Entry]:
        """The entries of these kinds, in the order of the history."""
        return (entry for entry in self.history if entry["kind"] in kinds)

    def log_by_partition(self) -> dict[int, list[LogRecord]]:
        """The log's records by partition, in their order."""
        found: dict[int, list[LogRecord]] = {p: [] for p in range(self.partitions)}
        for record in sorted(self.log, key=lambda r: (r.partition, r.offset)):
            found[record.partition].append(record)
        return found


def save(evidence: Evidence, directory: Path) -> None:
    """Keep what is not in the history yet beside it."""
    for name in RECORDS:
        with _file(directory, name).open("w") as file:
            for record in getattr(evidence, name):
                file.write(json.dumps(_plain(record)) + "\n")
    kept = {"partitions": evidence.partitions, "tallies": evidence.tallies}
    (directory / TALLIES).write_text(json.dumps(kept, default=str))


def load(directory: Path) -> Evidence:
    """The evidence of an earlier run."""
    kept = json.loads((directory / TALLIES).read_text())
    return Evidence(
        partitions=kept["partitions"],
        history=read_history(directory),
        tallies=kept["tallies"],
        **{name: _records(_file(directory, name)) for name in RECORDS},
    )


def read_history(directory: Path) -> list[Entry]:
    """The history of a run, line by line."""
    lines = (directory / HISTORY).read_text().splitlines()
    return [json.loads(line) for line in lines]


def _file(directory: Path, name: str) -> Path:
    return directory / f"{name}.jsonl"


def _records(path: Path) -> list[LogRecord]:
    return [_record(json.loads(line)) for line in path.read_text().splitlines()]


def _plain(record: LogRecord) -> list[Any]:
    headers = [[name, _text(value)] for name, value in record.headers]
    key, value = _text(record.key), _text(record.value)
    return [record.partition, record.offset, record.at_ms, key, value, headers]


def _record(plain: list[Any]) -> LogRecord:
    partition, offset, at_ms, key, value, headers = plain
    named = tuple((name, _bytes(text)) for name, text in headers)
    return LogRecord(partition, offset, at_ms, _bytes(key), _bytes(value), named)


def _text(value: bytes | None) -> str | None:
    return None if value is None else b64encode(value).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else b64decode(text)
