"""Runs the services' roles as child processes: starts them, says when they are ready, starts again
what dies, and ends all of them. Used by `groundswell up`, the demo and scenario tests.
"""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import aiohttp

from groundswell_local.child import Child
from groundswell_local.ownership import pid_file
from groundswell_local.settings import inherited_environment

_POLL_SECONDS = 0.1
_READY_SECONDS = 90.0
_STOP_SECONDS = 10.0
_LONGEST_DELAY_SECONDS = 5.0
_LONG_LIFE_SECONDS = 30.0  # who lived so long starts again at once
_STILLBORN_IN_A_ROW = 5


class RoleFailedError(Exception):
    """Roles did not become ready in time; the message holds the end of their logs."""


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """One process: a role of a service, the port of its HTTP, and settings of its own.

    `name` tells instances of one role apart, in logs and to the supervisor. `module` is run in
    place of the service's own command, for what is no service.
    """

    service: str
    role: str
    port: int
    env: Mapping[str, str] = field(default_factory=dict)
    instance: int = 1
    module: str | None = None

    @property
    def name(self) -> str:
        name = f"{self.service}-{self.role}"
        return name if self.instance == 1 else f"{name}-{self.instance}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def command(self) -> list[str]:
        if self.module is not None:
            return [sys.executable, "-m", self.module]
        return [sys.executable, "-m", f"groundswell_{self.service}", self.role]


@dataclass(frozen=True, slots=True)
class RoleEvent:
    """What happened to a role, for people: `detail` is a few words more."""

    name: str
    kind: Literal["started", "ready", "died", "gave up"]
    detail: str


def port_variable(service: str, role: str) -> str:
    """`GROUNDSWELL_VOTING_BALLOT_BOX_PORT` for voting's ballot box."""
    return f"groundswell_{service}_{role}_port".replace("-", "_").upper()


class Supervisor:
    """Roles that are kept running until `stop`.

    `environment` is what all of them get on top of this process's own, `directory` holds their
    pid files and logs (`logs/<name>.log`, and that of the run before as `.log.1`).
    """

    def __init__(
        self,
        directory: Path,
        environment: Mapping[str, str],
        on_event: Callable[[RoleEvent], None],
    ) -> None:
        self._directory = directory
        self._environment = environment
        self._on_event = on_event
        self._kept: dict[str, _KeptRole] = {}

    async def start(self, specs: Sequence[RoleSpec]) -> None:
        """Start roles side by side and wait until all are ready; may be called again for more.

        Raises `RoleFailedError` as `until_ready` does; all go on running until `stop`.
        """
        for spec in specs:
            if spec.name in self._kept:
                raise ValueError(f"{spec.name} runs already; give another instance another number")
            role = _KeptRole(spec, self._directory, self._environment, self._on_event)
            self._kept[spec.name] = role
        await self.until_ready([spec.name for spec in specs])

    async def until_ready(self, names: Sequence[str]) -> None:
        """Wait until all these roles are ready, also again after a death.

        Raises `RoleFailedError` when one is given up, or is not ready within 90 seconds.
        """
        roles = [self._kept[name] for name in names]
        waits = [asyncio.create_task(role.until_ready()) for role in roles]
        await asyncio.wait(waits, timeout=_READY_SECONDS)
        for wait in waits:
            wait.cancel()
        failed = [role for role in roles if not role.ready.is_set()]
        if failed:
            raise RoleFailedError("\n".join(role.failure() for role in failed))

    def pid(self, name: str) -> int:
        """The process id of a role that runs now."""
        return self._kept[name].child.pid

    async def stop(self) -> None:
        """SIGTERM to all, SIGKILL after ten seconds to those that are left. Safe to repeat."""
        await asyncio.gather(*(role.stop() for role in self._kept.values()))
        self._kept.clear()


class _KeptRole:
    """One role, started again whenever it dies."""

    def __init__(
        self,
        spec: RoleSpec,
        directory: Path,
        environment: Mapping[str, str],
        on_event: Callable[[RoleEvent], None],
    ) -> None:
        self._spec = spec
        self._env = {
            **inherited_environment(),
            **environment,
            port_variable(spec.service, spec.role): str(spec.port),
            "PYTHONUNBUFFERED": "1",  # the log is whole when the process is killed
            **spec.env,
        }
        self._on_event = on_event
        self._pid_file = pid_file(directory, spec.name)
        self._log = directory / "logs" / f"{spec.name}.log"
        if self._log.exists():
            self._log.replace(self._log.with_suffix(".log.1"))
        self.ready = asyncio.Event()
        self.child = self._start()
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {spec.name}")

    async def until_ready(self) -> None:
        """Return once it is ready, or once it is given up."""
        ready = asyncio.create_task(self.ready.wait())
        await asyncio.wait((ready, self._keeping), return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()

    def failure(self) -> str:
        """Its log's last lines, under a heading."""
        tail = self._log.read_text(errors="replace")[-2000:]
        return f"{self._spec.name} did not become ready ({self._log}):\n{tail}"

    async def stop(self) -> None:
        self._keeping.cancel()
        await asyncio.wait((self._keeping,))
        await self.child.stop(_STOP_SECONDS)
        if not self._keeping.cancelled():
            self._keeping.result()  # raises what broke it

    def _start(self) -> Child:
        child = Child.start(
            self._spec.command, pid_file=self._pid_file, log_path=self._log, env=self._env
        )
        self._say("started", f"pid {child.pid}")
        return child

    async def _keep(self) -> None:
        clock = asyncio.get_running_loop().time
        deaths = 0  # in a row, and soon after the start
        stillborn = 0  # in a row, without ever having been ready
        while True:
            began = clock()
            status, was_ready = await self._run_to_its_end()
            deaths = 1 if clock() - began > _LONG_LIFE_SECONDS else deaths + 1
            stillborn = 0 if was_ready else stillborn + 1
            if stillborn >= _STILLBORN_IN_A_ROW:
                self._say("gave up", f"exit status {status}, never ready, log: {self._log}")
                return
            delay = min(0.1 * 2 ** min(deaths, 10), _LONGEST_DELAY_SECONDS)
            self._say("died", f"exit status {status}, starting again in {delay:.1f} s")
            await asyncio.sleep(delay)
            self.child = self._start()

    async def _run_to_its_end(self) -> tuple[int, bool]:
        """Its exit status, and whether it had become ready."""
        readiness = asyncio.create_task(self._tell_when_ready())
        try:
            status = await self.child.wait()
            return status, self.ready.is_set()
        finally:
            readiness.cancel()
            self.ready.clear()

    async def _tell_when_ready(self) -> None:
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while not await _answers(http, f"{self._spec.url}/readyz"):  # noqa: ASYNC110 - HTTP
                await asyncio.sleep(_POLL_SECONDS)
        self.ready.set()
        self._say("ready", self._spec.url)

    def _say(self, kind: Literal["started", "ready", "died", "gave up"], detail: str) -> None:
        self._on_event(RoleEvent(self._spec.name, kind, detail))


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
