"""One child process that is never left behind: the engines and the service roles run as these.

Two lines of defence against a parent that is killed with SIGKILL: the kernel kills the child with
it (`tether.py`), and a pid file lets the next owner of the directory end what still runs
(`ownership.py`).
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from groundswell_local.ownership import note_process

TETHER = Path(__file__).with_name("tether.py")

# Linux ties a child's life to the *thread* that started it, not to the process. This thread lives
# as long as the interpreter, so a child never dies with an event loop that ran in a short thread.
_LAUNCHER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="child-launcher")


class Child:
    """A running program in a session of its own, so that Ctrl-C reaches only its owner."""

    def __init__(self, process: subprocess.Popen[bytes], pid_file: Path) -> None:
        self._process = process
        self._pid_file = pid_file

    @classmethod
    def start(
        cls,
        argv: Sequence[str],
        *,
        pid_file: Path,
        log_path: Path,
        env: Mapping[str, str] | None = None,
    ) -> "Child":
        """Start `argv`, its output appended to `log_path`. `env` replaces the environment.

        Takes a few milliseconds; not a coroutine, so that no cancellation can lose the child.
        """
        return _LAUNCHER.submit(cls._launch, argv, pid_file, log_path, env).result()

    @classmethod
    def _launch(
        cls, argv: Sequence[str], pid_file: Path, log_path: Path, env: Mapping[str, str] | None
    ) -> "Child":
        log_path.parent.mkdir(parents=True, exist_ok=True)
        with log_path.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - starting programs is what this is for
                [sys.executable, "-IS", str(TETHER), str(os.getpid()), *argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=env,
                start_new_session=True,
            )
        note_process(pid_file, process.pid)
        return cls(process, pid_file)

    @property
    def pid(self) -> int:
        """The process id; the program's own, not a wrapper's."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """None while it runs; negative is the signal that ended it."""
        return self._process.poll()

    async def wait(self) -> int:
        """Wait until it has ended, and return its exit status."""
        while (status := self._process.poll()) is None:  # noqa: ASYNC110 - nothing else can tell
            await asyncio.sleep(0.05)
        self._pid_file.unlink(missing_ok=True)
        return status

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to what it started; nothing happens when it has ended."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, number)

    async def stop(self, grace_seconds: float) -> int:
        """SIGTERM, then SIGKILL after `grace_seconds`; returns its exit status. Safe to repeat."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)  # a paused process takes SIGTERM only once it goes on
        try:
            return await asyncio.wait_for(self.wait(), grace_seconds)
        except TimeoutError:
            return await self.kill()

    async def kill(self) -> int:
        """SIGKILL, and wait until it is gone. Safe to repeat."""
        self.signal(signal.SIGKILL)
        return await self.wait()
