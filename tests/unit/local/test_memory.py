"""The memory of an installation's processes, over processes that really run."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundswell_local.memory import MemoryWatch, memory_sizes, watched_memory
from groundswell_local.ownership import note_process, pid_file
from groundswell_local.paths import engines_directory

EATER = "import sys; x = bytearray(50_000_000); print(flush=True); sys.stdin.read()"


@pytest.fixture
def eater() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has 50 MB."""
    with subprocess.Popen(
        [sys.executable, "-c", EATER], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def test_roles_engines_and_this_process_are_measured(
    tmp_path: Path, eater: subprocess.Popen[bytes]
) -> None:
    note_process(pid_file(tmp_path, "ideas-api"), eater.pid)
    note_process(pid_file(engines_directory(tmp_path), "kafka"), os.getpid())
    sizes = memory_sizes(tmp_path)
    assert sizes.keys() == {"groundswell", "kafka", "ideas-api"}
    assert 50e6 < sizes["ideas-api"] < 100e6
    assert sizes["kafka"] == pytest.approx(sizes["groundswell"], rel=0.2)


def test_a_process_that_has_ended_is_left_out(
    tmp_path: Path, eater: subprocess.Popen[bytes]
) -> None:
    note_process(pid_file(tmp_path, "ideas-api"), eater.pid)
    eater.kill()
    eater.wait()
    assert memory_sizes(tmp_path).keys() == {"groundswell"}


async def test_the_most_is_that_of_one_moment(
    tmp_path: Path, eater: subprocess.Popen[bytes]
) -> None:
    watch = MemoryWatch(tmp_path)
    note_process(pid_file(tmp_path, "ideas-api"), eater.pid)
    large = await watch.look()
    eater.kill()
    eater.wait()
    small = await watch.look()
    assert watch.most == large
    assert sum(small.values()) < sum(large.values())


async def test_it_is_looked_at_as_long_as_the_block_lasts(tmp_path: Path) -> None:
    async with watched_memory(tmp_path) as watch:
        async with asyncio.timeout(30):
            while not watch.most:  # noqa: ASYNC110 - the watch tells nobody
                await asyncio.sleep(0.01)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "watch memory"]
