"""The load tools, both from Debian: wrk for closed loops, h2load for open ones.

wrk keeps one core's worth of requests in flight and its script in LuaJIT sends another ballot pass
each time. h2load sends each connection's requests at fixed times, whatever the answers take.
"""

import asyncio
import json
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from groundswell_local.machine import answer
from tests.support.debian import apt_alone

PACKAGES = {"wrk": "wrk", "h2load": "nghttp2-client"}
SCRIPT = Path(__file__).with_name("votes.lua")
INSTALL_SECONDS = 300
TIMEOUT_SECONDS = 10
GRACE_SECONDS = 20.0
OPEN_FILES = 65_536


class LoadFailed(Exception):
    """A load did not go as it has to for its figures to mean something."""


def open_files() -> int:
    """How many files this process and each of its children may have open: one per connection."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    return OPEN_FILES if most == resource.RLIM_INFINITY else min(OPEN_FILES, most)


def need_tools() -> None:
    """Installs what is missing where apt-get may; raises LoadFailed with the command elsewhere.

    Allows this process and its children as many open files as they may have.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_files(), most))
    missing = sorted({PACKAGES[tool] for tool in PACKAGES if shutil.which(tool) is None})
    apt = shutil.which("apt-get")
    if missing and apt is not None and os.geteuid() == 0:
        with apt_alone():
            for command in (("update",), ("install", "-y", "--no-install-recommends", *missing)):
                subprocess.run(
                    (apt, "-qq", *command),
                    check=False,
                    timeout=INSTALL_SECONDS,
                    env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                    stdout=subprocess.DEVNULL,
                )
    if any(shutil.which(tool) is None for tool in PACKAGES):
        raise LoadFailed(
            f"the load tools are missing: as root, `apt-get update && "
            f"apt-get install -y {' '.join(missing)}`"
        )


def tool_versions() -> dict[str, str]:
    """What the tools say of themselves."""
    return {
        # It says so in front of its help, which it ends with status 1.
        "wrk": subprocess.run(
            (shutil.which("wrk") or "wrk", "-v"), capture_output=True, text=True, check=False
        ).stdout.partition(" Copyright")[0],
        "h2load": (answer("h2load", "--version") or "").strip(),
    }


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load: answers by status in so many seconds, the tool's own CPU seconds.

    `broken` are requests without an answer, `ran_out` those that were sent for want of votes.
    """

    answers: dict[int, int]
    seconds: float
    cpu_seconds: float
    broken: int
    ran_out: int
    p50_ms: float
    p99_ms: float

    def per_second(self, status: int) -> float:
        return self.answers.get(status, 0) / self.seconds

    def require_only(self, *statuses: int) -> None:
        """Raises LoadFailed when anything else was answered, something not at all, or nothing."""
        unexpected = not self.answers or set(self.answers) - set(statuses)
        if unexpected or self.broken or self.ran_out:
            raise LoadFailed(f"unexpected answers: {self}")


async def send_votes(url: str, path: str, votes: Path, connections: int, seconds: float) -> Load:
    """wrk: as many votes as are answered in this time, on so many connections at once."""
    return await _wrk(url, ("timed", str(votes), path), connections, seconds)


async def send_all_votes(
    url: str, path: str, votes: Path, connections: int, longest: float, on_last: Callable[[], None]
) -> Load:
    """wrk: all votes of the file; `on_last` is called at the last answer, whose time is the end."""
    return await _wrk(url, ("all", str(votes), path), connections, longest, on_last)


async def read_over_and_over(url: str, path: str, connections: int, seconds: float) -> Load:
    """wrk: as many reads as are answered in this time."""
    return await _wrk(url, ("read", path), connections, seconds)


async def _wrk(
    url: str,
    arguments: Sequence[str],
    connections: int,
    seconds: float,
    on_last: Callable[[], None] | None = None,
) -> Load:
    flags = (f"-c{connections}", "-t1", f"-d{round(seconds)}s", f"--timeout={TIMEOUT_SECONDS}s")
    clock = asyncio.get_running_loop().time
    took, began, cpu = None, clock(), _children_cpu()
    result: str | None = None
    async with started("wrk", *flags, "-s", str(SCRIPT), url, "--", *arguments) as process:
        assert process.stdout is not None
        async with asyncio.timeout(seconds + GRACE_SECONDS):
            async for line in process.stdout:
                if line == b"FINISHED\n":
                    took = clock() - began
                    if on_last is not None:
                        on_last()
                    process.send_signal(signal.SIGINT)  # it waits for its time to be over
                elif line.startswith(b"RESULT "):
                    result = line.decode().removeprefix("RESULT ")
            await process.wait()
    if result is None or (on_last is not None and took is None):
        raise LoadFailed(f"wrk {' '.join(arguments)} did not come to its end")
    told = json.loads(result)
    answers = {int(status): number for status, number in told.pop("answers").items()}
    if took is not None:
        told |= {"seconds": took, "ran_out": 0}
    return Load(answers=answers, cpu_seconds=_children_cpu() - cpu, **told)


@dataclass(frozen=True, slots=True)
class Held:
    """What came of an open loop: `rate` is the one that was really held, latencies in ms.

    Each connection sends once a second, so an answer within a second never delays a request.
    """

    rate: float
    answered: int
    cpu_seconds: float
    p50_ms: float
    p99_ms: float
    slowest_ms: float


async def read_at_rate(url: str, rate: int, seconds: float) -> Held:
    """h2load: reads at this rate, one by one, whatever their answers take."""
    count = round(rate * seconds)
    period, begun = _stagger(rate)
    with tempfile.NamedTemporaryFile(suffix=".tsv") as log:
        flags = (
            *("--h1", f"-c{rate}", f"-n{count}", "--rps=1", f"-r{begun}"),
            *(f"--rate-period={period}ms", f"--log-file={log.name}"),
        )
        cpu = _children_cpu()
        async with started("h2load", *flags, url) as process:
            async with asyncio.timeout(seconds + GRACE_SECONDS):
                await process.communicate()
        rows = [line.split() for line in log.read().splitlines()]
    answers = Counter(int(status) for _, status, _ in rows)
    if answers != {200: count}:
        raise LoadFailed(f"of {count} reads not all were answered with 200: {dict(answers)}")
    starts = sorted(int(start) for start, _, _ in rows)
    times = sorted(int(microseconds) / 1000 for _, _, microseconds in rows)
    return Held(
        rate=(count - 1) / ((starts[-1] - starts[0]) / 1e6),
        answered=count,
        cpu_seconds=_children_cpu() - cpu,
        p50_ms=times[count // 2],
        p99_ms=times[int(count * 0.99)],
        slowest_ms=times[-1],
    )


def _stagger(rate: int) -> tuple[int, int]:
    """A period (ms) and how many connections begin in each, so that they begin at this rate."""
    options = [(period, max(1, round(rate * period / 1000))) for period in range(1, 21)]
    return min(options, key=lambda option: (abs(option[1] * 1000 / option[0] / rate - 1), option))


def _children_cpu() -> float:
    """CPU seconds of the children that have ended: of the tool alone, between two calls."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@asynccontextmanager
async def started(*command: str) -> AsyncIterator[Process]:
    """A program that is killed at the end of the block if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=DEVNULL, stdout=PIPE, limit=1 << 20
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
