"""What a figure depends on: the machine, the versions of all that runs, and how it is set up."""

import asyncio
import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.load.tools import tool_versions

LIBRARIES = (
    *("uvicorn", "uvloop", "httptools", "fastapi", "pydantic", "msgspec"),
    *("aiokafka", "redis", "pymongo"),
)
LOOK_SECONDS = 3.0
QUIET_SHARE = 0.1
FLAGS = {
    "roles": "one process each, their default settings, `groundswell up`'s supervisor",
    "empty FastAPI POST": "uvicorn, one worker, uvloop and httptools, no access log",
    "Kafka": "one broker, acks=all, 512 MB heap, serial collector, no fsync per record",
    "MongoDB": "a replica set of one, w=majority, journaled",
    "Redis": "appendonly yes, appendfsync everysec",
    "wrk": "one thread, LuaJIT script, closed loop",
    "h2load": "HTTP/1.1, each connection one request a second at its time, open loop",
    "votes at a fixed rate": "tests/load/voters.py, raw sockets, one process, open loop",
}


def machine() -> dict[str, str | int]:
    """The processor, how many of it, memory, kernel and Python."""
    return {
        "cpu": _cpu_model(),
        "cpus": os.cpu_count() or 0,
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


async def busy_share() -> float:
    """What share of its processors the machine uses now, or lends to others: 0 to 1.

    Asked while nothing of the bench runs, it tells how quiet the machine is.
    """
    before = psutil.cpu_times()
    await asyncio.sleep(LOOK_SECONDS)
    passed = [now - then for now, then in zip(psutil.cpu_times(), before, strict=True)]
    taken = dict(zip(before._fields, passed, strict=True))
    idle = taken["idle"] + taken.get("iowait", 0.0)
    return 1 - idle / sum(passed)


def versions(engines: Sequence[str]) -> dict[str, str]:
    """Of the engines as they answered, the libraries and the load tools."""
    return {
        "engines": ", ".join(engines),
        **{name: version(name) for name in LIBRARIES},
        **tool_versions(),
    }


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*:\s*(.+)", info.read_text()) if info.exists() else None
    return found[1] if found else platform.processor() or "unknown"
