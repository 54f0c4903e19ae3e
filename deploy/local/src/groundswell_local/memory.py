"""How much memory the processes of an installation take. Used by the demo."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from groundswell_local.ownership import noted_processes
from groundswell_local.paths import engines_directory

_LOOK_SECONDS = 5.0


def memory_sizes(directory: Path) -> dict[str, int]:
    """Bytes of each process that runs for `directory`, and of this one as `groundswell`.

    On Linux the proportional set size: what a process has alone, and its share of what several
    have together, so that the sum is true. Elsewhere what it has alone. Containers are left out.
    """
    processes = {
        "groundswell": psutil.Process(os.getpid()),
        **noted_processes(engines_directory(directory)),
        **noted_processes(directory),
    }
    sizes = {name: _size(process) for name, process in processes.items()}
    return {name: size for name, size in sizes.items() if size is not None}


@dataclass(slots=True)
class MemoryWatch:
    """`most` are the sizes of the moment at which all processes together took the most."""

    directory: Path
    most: Mapping[str, int] = field(default_factory=dict)

    async def look(self) -> Mapping[str, int]:
        """The sizes of now; takes about 30 ms."""
        sizes = await asyncio.to_thread(memory_sizes, self.directory)
        if sum(sizes.values()) > sum(self.most.values()):
            self.most = sizes
        return sizes


@asynccontextmanager
async def watched_memory(directory: Path) -> AsyncIterator[MemoryWatch]:
    """Look every five seconds, as long as the block lasts."""
    watch = MemoryWatch(directory)

    async def look() -> None:
        while True:
            await watch.look()
            await asyncio.sleep(_LOOK_SECONDS)

    looking = asyncio.create_task(look(), name="watch memory")
    try:
        yield watch
    finally:
        looking.cancel()
        await asyncio.wait((looking,))
    if not looking.cancelled():
        looking.result()  # raises what broke it


def _size(process: psutil.Process) -> int | None:
    """None when it has just ended."""
    try:
        full = process.memory_full_info()
    except psutil.NoSuchProcess:
        return None
    return int(full.pss if sys.platform == "linux" else full.uss)
