"""Engines and the roles of voting as real processes, for one experiment; nothing is left behind.

The engines come from the project's own provider with its own settings, the roles are kept by the
supervisor of `groundswell up`, and everything listens on free ports of the loopback interface.
"""

import asyncio
import os
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil
from aiokafka import AIOKafkaProducer
from pymongo.asynchronous.database import AsyncDatabase
from redis.asyncio import Redis

from groundswell_kit.kafka import new_producer
from groundswell_kit.mongo import Document, connected
from groundswell_local.child import Child
from groundswell_local.engines import Engines, running_engines
from groundswell_local.environment import local_url, service_environment
from groundswell_local.issuer import LocalIssuer
from groundswell_local.ownership import own, pid_file
from groundswell_local.ports import free_ports
from groundswell_local.settings import EngineAddresses
from groundswell_local.supervisor import RoleEvent, RoleSpec, Supervisor
from groundswell_voting.passes.rules import PassKeys, parse_key, parse_keys
from tests.load.tools import LoadFailed
from tests.support.programs import Program

ROLES = ("api", "ballot-box", "counter", "archiver", "worker")
STOP_SECONDS = 10.0
READY_SECONDS = 30.0
DATABASE = "groundswell_voting"


@dataclass
class World:
    """One installation of voting. `roles` are those that run now."""

    directory: Path
    environment: dict[str, str]
    engines: Engines
    pass_keys: PassKeys
    receipt_key: bytes
    issuer: LocalIssuer
    database: AsyncDatabase[Document]
    redis: Redis
    producer: AIOKafkaProducer
    http: httpx2.AsyncClient
    urls: dict[str, str] = field(default_factory=dict)
    _supervisors: dict[str, Supervisor] = field(default_factory=dict)
    _apps: dict[str, int] = field(default_factory=dict)

    @property
    def versions(self) -> list[str]:
        """The engines as they answered."""
        return [engine.version for engine in self.engines.all()]

    async def start(self, *roles: str, **more: str) -> None:
        """Starts roles side by side, ready on return; `more` are settings of their own.

        A name may carry a number, `ballot-box:2`, to start a role once more.
        """
        await asyncio.gather(*(self._start(name, more) for name in roles))

    async def _start(self, name: str, more: dict[str, str]) -> None:
        role, _, instance = name.partition(":")
        spec = RoleSpec("voting", role, free_ports(1)[0], more, int(instance or 1))
        supervisor = Supervisor(self.directory, self.environment, _ignore)
        self._supervisors[name] = supervisor
        self.urls[name] = spec.url
        await supervisor.start([spec])

    async def stop(self, *roles: str) -> None:
        """Stops roles as an operator would; without names all of them."""
        chosen = roles or tuple(self._supervisors)
        await asyncio.gather(*(self._supervisors.pop(name).stop() for name in chosen))

    def pid(self, name: str) -> int:
        role, _, instance = name.partition(":")
        return self._supervisors[name].pid(
            RoleSpec("voting", role, 0, instance=int(instance or 1)).name
        )

    def cpu(self) -> dict[str, float]:
        """CPU seconds, user and system, that each role, engine and app has used since its start."""
        pids = {name: self.pid(name) for name in self._supervisors} | self._apps
        pids |= {engine.name: engine.pid for engine in self.engines.all() if engine.pid}
        return {name: cpu_of(pid) for name, pid in pids.items()}

    @asynccontextmanager
    async def app(self, name: str, *arguments: str) -> AsyncIterator[str]:
        """Another HTTP application under uvicorn, one process, for comparison; its address."""
        port = free_ports(1)[0]
        flags = ("--port", str(port), "--no-access-log", "--log-level", "warning", *arguments)
        child = Child.start(
            [sys.executable, "-m", "uvicorn", f"tests.load.{name}", *flags],
            pid_file=pid_file(self.directory, name),
            log_path=self.directory / "logs" / f"{name}.log",
            env={**os.environ, **self.environment},
        )
        try:
            url = local_url(port)
            await until(lambda: self._answers(f"{url}/healthz"), f"{name} answers")
            self._apps[name] = child.pid
            yield url
        finally:
            self._apps.pop(name, None)
            await child.stop(STOP_SECONDS)

    async def _answers(self, url: str) -> bool:
        try:
            return (await self.http.get(url)).status_code == 200
        except httpx2.TransportError:
            return False


def cpu_of(pid: int) -> float:
    """CPU seconds of a process, user and system."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


async def until(
    holds: Callable[[], Awaitable[bool]],
    what: str,
    within_seconds: float = READY_SECONDS,
    pause_seconds: float = 0.05,
) -> None:
    """Returns as soon as it holds; raises LoadFailed when it does not in that time."""
    deadline = time.monotonic() + within_seconds
    while not await holds():
        if time.monotonic() > deadline:
            raise LoadFailed(f"not within {within_seconds:g} s: {what}")
        await asyncio.sleep(pause_seconds)


@asynccontextmanager
async def world(directory: Path, *roles: str) -> AsyncIterator[World]:
    """A new installation with empty data in `directory`; its logs stay there until the next one."""
    async with empty_engines(directory) as engines, _connected(directory, engines) as made:
        await Program("groundswell_voting", made.environment).output("prepare")
        try:
            await made.start(*roles)
            yield made
        finally:
            await made.stop()


@asynccontextmanager
async def empty_engines(directory: Path) -> AsyncIterator[Engines]:
    """Engines that hold nothing; what an installation left in `directory` before goes."""
    if EngineAddresses().given is not None:
        raise LoadFailed("the bench empties engines: it starts its own; unset those addresses")
    with own(directory):
        _wipe(directory, "engines", "logs", "pids", "issuer", "media")
        try:
            async with running_engines(directory / "engines") as engines:
                yield engines
        finally:
            _wipe(directory, "engines", "media")


@asynccontextmanager
async def _connected(directory: Path, engines: Engines) -> AsyncIterator[World]:
    environment = service_environment(directory, engines.environment())
    redis: Redis = Redis.from_url(engines.redis.address)
    producer = new_producer(engines.kafka.address, max_batch_bytes=512 * 1024)
    async with (
        connected(engines.mongo.address, DATABASE) as database,
        httpx2.AsyncClient(timeout=20) as http,
    ):
        await producer.start()
        try:
            yield World(
                directory=directory,
                environment={**os.environ, **environment},
                engines=engines,
                pass_keys=parse_keys(environment["GROUNDSWELL_VOTING_PASS_KEYS"]),
                receipt_key=parse_key(environment["GROUNDSWELL_VOTING_RECEIPT_KEY"]),
                issuer=LocalIssuer(directory / "issuer"),
                database=database,
                redis=redis,
                producer=producer,
                http=http,
            )
        finally:
            await producer.stop()
            await redis.aclose()


def _wipe(directory: Path, *names: str) -> None:
    for name in names:
        # An engine that is cut off in its end may still delete files of its own here.
        shutil.rmtree(directory / name, ignore_errors=True)


def _ignore(_: RoleEvent) -> None:
    """Nobody is told: a role that does not start raises, and the logs stay."""
