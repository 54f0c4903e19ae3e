"""What has been measured, in one JSON file that is written after each side: a run that was cut off
goes on where it was."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from groundswell_kit.clock import utc_now
from groundswell_local.machine import answer
from groundswell_local.paths import PROJECT
from tests.load.machine import machine, versions
from tests.load.sides import Measured, Turn
from tests.load.sizes import Sizes

FILE = "results.json"
NO_SOURCES = (":(exclude)docs", ":(exclude)README.md")


class OtherRun(Exception):
    """The file holds results of another machine or other sizes; the message says what to do."""


@dataclass
class Results:
    """The results in a directory; every number of every turn is kept."""

    directory: Path
    content: dict[str, Any]

    @classmethod
    def open(cls, directory: Path, sizes: Sizes) -> "Results":
        """Those of an earlier run with the same sizes on this machine, or new ones.

        Sizes that it did not know are those of experiments that it did not have. Raises OtherRun
        when the directory holds others.
        """
        start = {"machine": machine(), "sizes": asdict(sizes)}
        path = directory / FILE
        if not path.exists():
            return cls(directory, start | {"experiments": {}})
        content = json.loads(path.read_text())
        content["sizes"] = start["sizes"] | content["sizes"]
        if any(content[name] != value for name, value in start.items()):
            raise OtherRun(
                f"{path} is from another machine or of another size: add --fresh to replace it"
            )
        return cls(directory, content)

    def forget(self, experiment: str) -> None:
        """Drops what an experiment has given so far."""
        self.content["experiments"].pop(experiment, None)

    def is_whole(self, experiment: str, repetitions: int) -> bool:
        """Whether every side of every turn has been measured."""
        there = self.content["experiments"].get(experiment, {"sides": [], "repetitions": []})
        wanted = [(turn, side) for turn in range(repetitions) for side in there["sides"]]
        return bool(wanted) and all(self.has(experiment, turn, side) for turn, side in wanted)

    def has(self, experiment: str, repetition: int, side: str) -> bool:
        turns = self.content["experiments"].get(experiment, {}).get("repetitions", [])
        return repetition < len(turns) and side in turns[repetition]

    def turn_under_way(self, experiment: str) -> Turn:
        """What the last turn that was begun has given so far."""
        turns: list[Turn] = self.content["experiments"][experiment]["repetitions"]
        return turns[-1] if turns else {}

    def begin(
        self, experiment: str, sides: Iterable[str], engines: Sequence[str], busy_before: float
    ) -> None:
        """Notes what is measured now, and under what; what an experiment has already stays.

        `busy_before` is the share of the machine that others used before it began.
        """
        there = self.content["experiments"].setdefault(experiment, {"repetitions": []})
        there["busy_before"] = max(round(busy_before, 3), there.get("busy_before", 0.0))
        there["sides"] = list(sides)
        commits = there.get("commits", [])
        there["commits"] = [*commits, *({_commit()} - set(commits))]
        there["versions"] = versions(engines)

    def add(self, experiment: str, repetition: int, side: str, measured: Measured) -> None:
        """Keeps what a side gave, on the disk when this returns."""
        there = self.content["experiments"][experiment]
        there["measured_at"] = utc_now().isoformat(timespec="seconds")
        while len(there["repetitions"]) <= repetition:
            there["repetitions"].append({})
        there["repetitions"][repetition][side] = {
            name: round(value, 4) for name, value in measured.items()
        }
        self._write()

    def _write(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        unfinished = self.directory / f"{FILE}.new"
        unfinished.write_text(json.dumps(self.content, indent=1) + "\n")
        unfinished.replace(self.directory / FILE)


def _commit() -> str:
    """The commit that is checked out, marked when the tree differs from it in more than results."""
    git = ("git", "-C", str(PROJECT))
    commit = answer(*git, "rev-parse", "--short", "HEAD")
    if commit is None:
        return "not in a repository"
    changed = answer(*git, "diff", "HEAD", "--name-only", "--", ".", *NO_SOURCES)
    return commit.strip() + ("-dirty" if changed else "")
