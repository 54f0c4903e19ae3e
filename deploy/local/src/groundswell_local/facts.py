"""What this machine has, as far as Groundswell needs to know: looked at by `groundswell doctor`."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from groundswell_local.engines import EngineMissingError, mongo, redis
from groundswell_local.engines.kafka_jars import jars_directory
from groundswell_local.engines.recipe import Recipe
from groundswell_local.machine import answer, docker_version, java_major_version
from groundswell_local.ownership import owner
from groundswell_local.paths import engines_directory
from groundswell_local.ports import is_free


@dataclass(frozen=True, slots=True)
class PortUse:
    """Who listens on a port; `ours` when it is the Groundswell that runs in this checkout."""

    program: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen. None means that it is not there; sizes are in bytes."""

    python: tuple[int, int]
    java: int | None
    maven: str | None
    kafka_jars: bool
    mongod: str | None
    redis: str | None
    docker: str | None
    chromium: str | None
    promtool: str | None
    engines_elsewhere: bool
    ports: Mapping[int, PortUse | None]
    memory: int
    disk: int
    cores: int


def gather(ports: Iterable[int], directory: Path, engines_elsewhere: bool) -> Facts:
    """Look at this machine; takes about a second.

    `ports` are those that Groundswell wants, `directory` is where it keeps its data.
    """
    maven = re.search(r"Apache Maven (\S+)", answer("mvn", "--version") or "")
    return Facts(
        python=sys.version_info[:2],
        java=java_major_version(),
        maven=maven[1] if maven else None,
        kafka_jars=jars_directory().exists(),
        mongod=_native(mongo.RECIPE),
        redis=_native(redis.RECIPE),
        docker=docker_version(),
        chromium=shutil.which("chromium"),
        promtool=shutil.which("promtool"),
        engines_elsewhere=engines_elsewhere,
        ports=_port_uses(ports, directory),
        memory=psutil.virtual_memory().available,
        disk=shutil.disk_usage(directory.parent).free,
        cores=os.cpu_count() or 1,
    )


def _native(recipe: Recipe) -> str | None:
    """The engine's program on this machine, and its version."""
    try:
        (program,) = recipe.find(lambda _: None)
    except EngineMissingError:
        return None
    version = re.search(r"v=?(\d+\.\d+\.\d+)", answer(program, "--version") or "")
    return f"{Path(program).name} {version[1] if version else '(version not told)'}"


def _port_uses(ports: Iterable[int], directory: Path) -> dict[int, PortUse | None]:
    uses: dict[int, PortUse | None] = {port: None for port in ports if is_free(port)}
    taken = set(ports) - set(uses)
    if not taken:
        return uses
    family = _family(directory)
    listeners = _listeners()
    for port in taken:
        pid = listeners.get(port)
        uses[port] = PortUse(_name(pid), ours=pid in family)
    return uses


def _family(directory: Path) -> set[int]:
    """The processes of the Groundswell that runs in `directory` now."""
    owners = {owner(directory), owner(engines_directory(directory))} - {None}
    return {child.pid for pid in owners for child in psutil.Process(pid).children(recursive=True)}


def _name(pid: int | None) -> str:
    if pid is None:
        return "a program of another user"
    try:
        return f"{psutil.Process(pid).name()} (process {pid})"
    except psutil.NoSuchProcess:
        return "a program that has just ended"


def _listeners() -> dict[int, int]:
    """The processes behind the listening ports, as far as this user may know them."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS tells root only
        return {}
    return {
        connection.laddr.port: connection.pid
        for connection in connections
        if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.pid
    }
