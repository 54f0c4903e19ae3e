"""Judges whether this machine can run Groundswell, and names the remedy for each finding."""

from dataclasses import dataclass
from typing import Literal

from groundswell_local.engines.kafka_jars import JAVA_NEEDED, KAFKA_VERSION
from groundswell_local.facts import Facts

GIB = 1024**3
PYTHON_NEEDED = (3, 11)
MEMORY_NEEDED = 3 * GIB
DISK_NEEDED = 3 * GIB
CORES_WANTED = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """A `problem` keeps Groundswell from running here and has a remedy, a `note` does not."""

    subject: str
    state: Literal["ok", "note", "problem"]
    found: str
    remedy: str = ""


def examine(facts: Facts) -> list[Finding]:
    """One finding for each thing looked at."""
    return [
        _python(facts),
        *_engines(facts),
        _for_tests("Chromium", facts.chromium, "chromium"),
        _for_tests("promtool", facts.promtool, "prometheus"),
        *(_port(facts, port) for port in sorted(facts.ports)),
        _memory(facts),
        _disk(facts),
        _cores(facts),
    ]


def _python(facts: Facts) -> Finding:
    found = "{}.{}".format(*facts.python)
    if facts.python >= PYTHON_NEEDED:
        return Finding("Python", "ok", found)
    wanted = "{}.{}".format(*PYTHON_NEEDED)
    return Finding("Python", "problem", found, f"install Python {wanted} or newer")


def _engines(facts: Facts) -> list[Finding]:
    if facts.engines_elsewhere:
        return [Finding("Engines", "ok", "run elsewhere: their addresses are in the environment")]
    return [
        _kafka(facts),
        _engine("MongoDB", facts.mongod, facts.docker, "install mongod 6.0 or newer, or Docker"),
        _engine("Redis", facts.redis, facts.docker, "install redis-server, or Docker"),
    ]


def _kafka(facts: Facts) -> Finding:
    native = None
    if facts.java is None:
        lack = "no Java"
    elif facts.java < JAVA_NEEDED:
        lack = f"Java {facts.java}"
    elif facts.kafka_jars:
        lack, native = "", f"{KAFKA_VERSION} on Java {facts.java}, jars are here"
    elif facts.maven:
        lack, native = "", f"{KAFKA_VERSION} on Java {facts.java}, jars by Maven {facts.maven}"
    else:
        lack = f"Java {facts.java}, no Maven"
    remedy = f"install Java {JAVA_NEEDED} and Maven, or Docker"
    return _engine("Kafka", native, facts.docker, remedy, lack)


def _engine(
    name: str, native: str | None, docker: str | None, remedy: str, lack: str = "no program"
) -> Finding:
    if native is not None:
        return Finding(name, "ok", f"native: {native}")
    if docker is not None:
        return Finding(name, "ok", f"container on Docker {docker}: {lack} here")
    return Finding(name, "problem", f"{lack}, and no Docker daemon answers", remedy)


def _for_tests(subject: str, program: str | None, package: str) -> Finding:
    """Groundswell runs without it, and some of its tests fail without it."""
    if program is not None:
        return Finding(subject, "ok", program)
    remedy = f"`make test` needs it, and installs it as root; else: sudo apt-get install {package}"
    return Finding(subject, "note", "missing", remedy)


def _port(facts: Facts, port: int) -> Finding:
    use = facts.ports[port]
    subject = f"Port {port}"
    if use is None:
        return Finding(subject, "ok", "free")
    if use.ours:
        return Finding(subject, "ok", f"Groundswell itself: {use.program}")
    remedy = "end that program, or give Groundswell another port (GROUNDSWELL_..._PORT)"
    return Finding(subject, "problem", f"taken by {use.program}", remedy)


def _memory(facts: Facts) -> Finding:
    found = f"{facts.memory / GIB:.1f} GiB available"
    if facts.memory >= MEMORY_NEEDED:
        return Finding("Memory", "ok", found)
    return Finding("Memory", "problem", found, f"free some: {MEMORY_NEEDED // GIB} GiB are needed")


def _disk(facts: Facts) -> Finding:
    found = f"{facts.disk / GIB:.1f} GiB free"
    if facts.disk >= DISK_NEEDED:
        return Finding("Disk", "ok", found)
    remedy = f"free some: {DISK_NEEDED // GIB} GiB are needed; `make clean` wipes Groundswell's"
    return Finding("Disk", "problem", found, remedy)


def _cores(facts: Facts) -> Finding:
    if facts.cores >= CORES_WANTED:
        return Finding("Cores", "ok", str(facts.cores))
    remedy = f"it works, slowly: give it {CORES_WANTED}"
    return Finding("Cores", "note", str(facts.cores), remedy)
