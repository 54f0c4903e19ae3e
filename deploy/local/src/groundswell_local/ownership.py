"""Who may use a directory of running things, and the end of what a killed owner left in it."""

import fcntl
import json
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

STOP_SECONDS = 10.0


class AlreadyOwnedError(Exception):
    """Another living process runs things in the directory."""

    def __init__(self, directory: Path, pid: int) -> None:
        super().__init__(f"{directory} is in use by process {pid}")
        self.pid = pid


def pid_file(directory: Path, name: str) -> Path:
    """Where the child `name` of the owner of `directory` notes its process id."""
    return directory / "pids" / f"{name}.json"


@contextmanager
def own(directory: Path) -> Iterator[None]:
    """Hold `directory` alone, as long as the block and this process live.

    First ends what an owner that was killed left there. Raises `AlreadyOwnedError`.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / "owner.pid").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyOwnedError(directory, _noted_owner(directory)) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        end_leftovers(directory)
        yield


def owner(directory: Path) -> int | None:
    """The process that holds `directory` now, or None."""
    path = directory / "owner.pid"
    if not path.exists():
        return None
    with path.open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _noted_owner(directory)
    return None


def end_leftovers(directory: Path) -> list[str]:
    """End the children that the pid files name and that still run; returns their names.

    A file whose process has another start time names a process id that was given to somebody
    else meanwhile, and is only removed.
    """
    left: dict[str, psutil.Process] = {}
    for path in (directory / "pids").glob("*.json"):
        process = _noted_process(path)
        if process is not None:
            left[path.stem] = process
            os.killpg(process.pid, signal.SIGTERM)
            os.killpg(process.pid, signal.SIGCONT)  # a paused one has to wake to hear it
    _, alive = psutil.wait_procs(left.values(), timeout=STOP_SECONDS)
    for process in alive:
        os.killpg(process.pid, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=STOP_SECONDS)
    for path in (directory / "pids").glob("*.json"):
        path.unlink(missing_ok=True)
    return sorted(left)


def _noted_owner(directory: Path) -> int:
    return int((directory / "owner.pid").read_text() or 0)


def _noted_process(path: Path) -> psutil.Process | None:
    try:
        noted = json.loads(path.read_text())
        process = psutil.Process(noted["pid"])
        if abs(process.create_time() - noted["created"]) < 1 and process.status() != "zombie":
            return process
    except (psutil.NoSuchProcess, json.JSONDecodeError):  # the latter: killed while writing it
        return None
    return None
