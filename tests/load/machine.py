"""What a figure depends on: the machine, the versions of all that runs, and how it is set up."""

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
FLAGS = {
    "roles": "one process each, their default settings, `groundswell up`'s supervisor",
    "empty FastAPI POST": "uvicorn, one worker, uvloop and httptools, no access log",
    "Kafka": "one broker, acks=all, 512 MB heap, serial collector, no fsync per record",
    "MongoDB": "a replica set of one, w=majority, journaled",
    "Redis": "appendonly yes, appendfsync everysec",
    "wrk": "one thread, LuaJIT script, closed loop",
    "h2load": "HTTP/1.1, each connection one request a second at its time, open loop",
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
