"""Who may use a directory of running things, and the end of what a killed owner left in it."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_OWNER_STOP_SECONDS = 30.0  # services take ten at most, then engines fifteen
_LEFTOVER_STOP_SECONDS = 10.0


class AlreadyOwnedError(Exception):
    """Another living process runs things in the directory."""

    def __init__(self, directory: Path, pid: int) -> None:
        super().__init__(f"{directory} is in use by process {pid}; `groundswell down` ends it")


def pid_file(directory: Path, name: str) -> Path:
    """Where the child `name` of the owner of `directory` notes its process id."""
    return directory / "pids" / f"{name}.json"


def note_process(path: Path, pid: int) -> None:
    """Write a process id and its start time, which together never name another process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"pid": pid, "created": psutil.Process(pid).create_time()}))


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
        _end_children(directory)
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


def end_owner(directory: Path) -> None:
    """End the process that holds `directory`, if any, and what it or a killed one left there.

    It gets 30 seconds to stop in its own way.
    """
    pid = owner(directory)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _OWNER_STOP_SECONDS
        while owner(directory) == pid and time.monotonic() < deadline:
            time.sleep(0.1)
        if owner(directory) == pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.1)
    if directory.exists():
        with own(directory):
            return


def noted_processes(directory: Path) -> dict[str, psutil.Process]:
    """The children that the pid files of `directory` name and that still run, by their names.

    A file whose process has another start time names a process id that was given to somebody
    else meanwhile, and is passed over.
    """
    noted = {path.stem: _noted_process(path) for path in (directory / "pids").glob("*.json")}
    return {name: process for name, process in noted.items() if process is not None}


def _end_children(directory: Path) -> None:
    """End the processes that the pid files name and that still run."""
    noted = list((directory / "pids").glob("*.json"))
    running = list(noted_processes(directory).values())
    for process in running:
        _signal(process, signal.SIGTERM)
        _signal(process, signal.SIGCONT)  # a paused one has to wake to hear it
    _, alive = psutil.wait_procs(running, timeout=_LEFTOVER_STOP_SECONDS)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=_LEFTOVER_STOP_SECONDS)
    for path in noted:
        path.unlink(missing_ok=True)


def _noted_owner(directory: Path) -> int:
    return int((directory / "owner.pid").read_text())


def _noted_process(path: Path) -> psutil.Process | None:
    try:
        noted = json.loads(path.read_text())
        process = psutil.Process(noted["pid"])
        if abs(process.create_time() - noted["created"]) < 1:
            return process
    except (psutil.NoSuchProcess, json.JSONDecodeError):  # the latter: killed while writing it
        return None
    return None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    """To the process with all that it started, where it leads a group of its own."""
    with suppress(ProcessLookupError):
        leads = os.getpgid(process.pid) == process.pid
        (os.killpg if leads else os.kill)(process.pid, number)
