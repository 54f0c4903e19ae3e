"""Engines and processes of one installation, in a directory of their own: started, hurt, healed."""

import asyncio
import json
import signal
import sys
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from pydantic import SecretStr

from groundswell_local.child import Child
from groundswell_local.engines import Engines
from groundswell_local.ports import free_ports
from groundswell_voting.settings import Settings
from tests.chaos.history import History
from tests.chaos.proxy import Proxy
from tests.support.issuer import LocalIssuer
from tests.support.programs import environment

PARTITIONS = 6
REQUEST_SECONDS = 1.5
STOP_SECONDS = 12.0
START_SECONDS = 60.0
LOOK_SECONDS = 0.2


def settings(engines: Engines, issuer: LocalIssuer, run: str, **changes: Any) -> Settings:
    """An installation of its own on these engines, told apart by `run`."""
    return Settings(
        mode="local",
        kafka_bootstrap=engines.kafka.address,
        mongo_uri=engines.mongo.address,
        redis_url=engines.redis.address,
        database_prefix=f"chaos_{run}",
        issuers=[issuer.settings],
        cursor_secret=SecretStr("a secret of chaos, of 32 bytes and more"),
        voting_partitions=PARTITIONS,
        voting_request_deadline_seconds=changes.pop("deadline_seconds", REQUEST_SECONDS),
        voting_pass_keys=SecretStr(f"k1:{_key(1)}"),
        voting_receipt_key=SecretStr(_key(3)),
        voting_master_keys=SecretStr(Fernet.generate_key().decode()),
        **changes,
    )


def _key(number: int) -> str:
    return urlsafe_b64encode(bytes([number]) * 32).decode()


@dataclass
class Process:
    """One role as a process of its own, at the same port whenever it is started."""

    name: str
    role: str
    port: int
    directory: Path
    environment: Mapping[str, str]
    child: Child | None = None
    paused: bool = False

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it; returns at once."""
        variable = f"GROUNDSWELL_VOTING_{self.role.upper().replace('-', '_')}_PORT"
        self.child = Child.start(
            [sys.executable, "-m", "groundswell_voting", self.role],
            pid_file=self.directory / "pids" / f"{self.name}.json",
            log_path=self.directory / "logs" / f"{self.name}.log",
            env={**self.environment, variable: str(self.port)},
        )
        self.paused = False

    @property
    def died(self) -> bool:
        """Whether it has ended and nobody asked it to."""
        return self.child is not None and self.child.exit_status is not None

    async def kill(self) -> None:
        """SIGKILL."""
        child, self.child = self.child, None
        if child is not None:
            await child.kill()

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL when it takes too long."""
        child, self.child = self.child, None
        if child is not None:
            await child.stop(STOP_SECONDS)

    def pause(self) -> None:
        """SIGSTOP."""
        if self.child is not None:
            self.child.signal(signal.SIGSTOP)
            self.paused = True

    def resume(self) -> None:
        """SIGCONT; nothing happens to one that runs."""
        if self.child is not None and self.paused:
            self.child.signal(signal.SIGCONT)
            self.paused = False

    async def started(self) -> None:
        """Waits until its log says so. Raises TimeoutError."""
        async with asyncio.timeout(START_SECONDS):
            while not self._says("started"):
                if self.died:
                    raise RuntimeError(f"{self.name} ended: {self.tail()}")
                await asyncio.sleep(LOOK_SECONDS)

    def tail(self) -> str:
        """The end of its log."""
        return self._log().read_text(errors="replace")[-2_000:]

    def _log(self) -> Path:
        return self.directory / "logs" / f"{self.name}.log"

    def _says(self, event: str) -> bool:
        if not self._log().exists():
            return False
        for line in self._log().read_text(errors="replace").splitlines():
            try:
                if json.loads(line).get("event") == event:
                    return True
            except ValueError:
                continue  # A line that was cut off, or a traceback.
        return False


@dataclass
class Stage:
    """Everything that runs; `watch` starts again what dies by itself."""

    engines: Engines
    settings: Settings
    directory: Path
    history: History
    python_path: Path | None = None
    processes: dict[str, Process] = field(default_factory=dict)
    proxies: dict[str, Proxy] = field(default_factory=dict)

    def add(self, name: str, role: str, **variables: str) -> Process:
        """A further process, not started."""
        environ = environment(self.settings) | variables
        if self.python_path is not None:
            environ["PYTHONPATH"] = str(self.python_path)
        port = free_ports(1)[0]
        self.processes[name] = Process(name, role, port, self.directory, environ)
        return self.processes[name]

    async def add_behind_proxy(self, name: str, role: str, engine: str) -> Process:
        """The same, which reaches Redis or Kafka through a proxy of its own."""
        is_redis = engine == "redis"
        address = self.engines.redis.address if is_redis else self.engines.kafka.address
        port = int(address.rpartition(":")[2].partition("/")[0])
        proxy = self.proxies[name] = Proxy(port, speaks_kafka=not is_redis)
        await proxy.start()
        near = f"127.0.0.1:{proxy.port}"
        if is_redis:
            return self.add(name, role, GROUNDSWELL_REDIS_URL=f"redis://{near}/0")
        return self.add(name, role, GROUNDSWELL_KAFKA_BOOTSTRAP=near)

    async def start(self) -> None:
        """Start all processes, and wait until they have started."""
        for process in self.processes.values():
            process.start()
        await asyncio.gather(*(process.started() for process in self.processes.values()))

    def of(self, role: str) -> Sequence[Process]:
        """The processes of a role."""
        return [process for process in self.processes.values() if process.role == role]

    async def watch(self) -> None:
        """Until cancelled: what ended by itself is noted and started again."""
        while True:
            for process in self.processes.values():
                if process.died and process.child is not None:
                    status = process.child.exit_status
                    self.history.note("died", process=process.name, status=status)
                    process.start()
            await asyncio.sleep(LOOK_SECONDS)

    async def stop(self) -> None:
        """End all processes."""
        for process in self.processes.values():
            process.resume()
        await asyncio.gather(*(process.stop() for process in self.processes.values()))
        await asyncio.gather(*(proxy.stop() for proxy in self.proxies.values()))


@asynccontextmanager
async def ended(stage: Stage) -> AsyncIterator[Stage]:
    """The stage, and its end whatever happens."""
    try:
        yield stage
    finally:
        await stage.stop()
