"""An engine as a process of this machine."""

import signal
from collections.abc import Sequence
from pathlib import Path

import psutil

from groundswell_local.child import Child
from groundswell_local.engines.recipe import EngineError

_STOP_SECONDS = 15.0


class NativeProcess:
    """Runs `argv`, which listens on `port`, any number of times one after the other."""

    def __init__(self, argv: Sequence[str], port: int, pid_file: Path, output: Path) -> None:
        self._argv = argv
        self._port = port
        self._pid_file = pid_file
        self._output = output
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    async def start(self) -> None:
        self._child = Child.start(self._argv, pid_file=self._pid_file, log_path=self._output)

    def serves(self) -> bool:
        """Whether it is this process that listens on the port, and not somebody who was faster."""
        if self._child is None:
            return False
        try:
            sockets = psutil.Process(self._child.pid).net_connections("tcp")
        except psutil.Error:  # it has just ended
            return False
        return any(s.status == psutil.CONN_LISTEN and s.laddr[1] == self._port for s in sockets)

    def check_running(self) -> None:
        """Raise `EngineError` with what it printed, when it has ended."""
        if self._child is None:
            raise EngineError("it does not run")
        if self._child.exit_status is not None:
            printed = self._output.read_text(errors="replace")[-2000:]
            raise EngineError(f"it ended ({self._child.exit_status}), and printed:\n{printed}")

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop(_STOP_SECONDS)
            self._child = None

    async def kill(self) -> None:
        if self._child is not None:
            await self._child.kill()
            self._child = None

    async def pause(self) -> None:
        if self._child is not None:
            self._child.signal(signal.SIGSTOP)

    async def resume(self) -> None:
        if self._child is not None:
            self._child.signal(signal.SIGCONT)
