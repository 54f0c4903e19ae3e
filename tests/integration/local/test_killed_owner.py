"""What becomes of children whose owner is killed: they die too, or the next owner ends them."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

from groundswell_local.child import Child
from groundswell_local.engines import running_engines
from groundswell_local.ownership import end_owner, note_process, own, owner, pid_file
from tests.support.processes import all_gone, is_gone

# The engines run in the event loop of a thread, as they may under a test client.
OWNER = """
import asyncio, sys, threading
from pathlib import Path
from groundswell_local.engines import running_engines

async def main():
    async with running_engines(Path(sys.argv[1])) as engines:
        print(*(engine.pid for engine in engines.all()), flush=True)
        await asyncio.sleep(60)

thread = threading.Thread(target=lambda: asyncio.run(main()))
thread.start()
thread.join()
"""
SLEEP = [shutil.which("sleep") or "sleep", "60"]


async def killed_owner(directory: Path) -> list[int]:
    """Start engines from a process of their own and kill that; returns the engines' pids."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(directory), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), 120)
        assert owner(directory) == process.pid
    finally:
        process.kill()
        await process.wait()
    return [int(word) for word in line.split()]


async def test_engines_die_with_their_killed_owner_and_start_again(tmp_path: Path) -> None:
    pids = await killed_owner(tmp_path)
    assert len(pids) == 3
    assert await all_gone(pids)
    assert owner(tmp_path) is None
    async with running_engines(tmp_path) as engines:
        assert all(engine.pid for engine in engines.all())


async def test_a_child_outlives_the_thread_that_started_it(tmp_path: Path) -> None:
    children: list[Child] = []

    async def start() -> None:
        children.append(Child.start(SLEEP, pid_file=tmp_path / "pid", log_path=tmp_path / "log"))
        await asyncio.sleep(1)  # by now it has become `sleep`, tied to whoever started it

    thread = threading.Thread(target=lambda: asyncio.run(start()))
    thread.start()
    thread.join()
    await asyncio.sleep(0.3)
    assert children[0].exit_status is None
    assert await children[0].kill() == -signal.SIGKILL


def stray(directory: Path, name: str) -> subprocess.Popen[bytes]:
    """A process that a killed owner left, paused, noted in its pid file."""
    process = subprocess.Popen(SLEEP, start_new_session=True)
    note_process(pid_file(directory, name), process.pid)
    os.kill(process.pid, signal.SIGSTOP)
    return process


def test_the_next_owner_ends_what_was_left(tmp_path: Path) -> None:
    process = stray(tmp_path, "left")
    with own(tmp_path):
        assert is_gone(process.pid)
        process.wait()
        assert not pid_file(tmp_path, "left").exists()


def test_a_process_that_got_a_noted_id_later_is_spared(tmp_path: Path) -> None:
    process = subprocess.Popen(SLEEP)
    try:
        path = pid_file(tmp_path, "reused")
        note_process(path, process.pid)
        path.write_text(path.read_text().replace('"created": ', '"created": 1'))
        with own(tmp_path):
            assert not is_gone(process.pid)
            assert not path.exists()
    finally:
        process.kill()
        process.wait()


def test_a_half_written_pid_file_is_no_obstacle(tmp_path: Path) -> None:
    path = pid_file(tmp_path, "half")
    path.parent.mkdir(parents=True)
    path.write_text('{"pid": 1')
    with own(tmp_path):
        assert not path.exists()


def test_ending_an_owner_ends_what_it_runs(tmp_path: Path) -> None:
    holding = (
        "import sys,time; from pathlib import Path; from groundswell_local.ownership import own\n"
    )
    holding += "with own(Path(sys.argv[1])): print(flush=True); time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(tmp_path)], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        left = stray(tmp_path, "left")
        threading.Thread(target=holder.wait).start()  # the shell would reap it
        end_owner(tmp_path)
        assert is_gone(left.pid)
        left.wait()
    assert holder.returncode == -signal.SIGTERM
    assert owner(tmp_path) is None
