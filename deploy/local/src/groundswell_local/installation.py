"""All of Groundswell on this machine: the engines, and every role of the services.

Used by `groundswell up`, by the demo, and by tests that want the whole.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from groundswell_local.child import Child
from groundswell_local.engines import Engines, Ports, running_engines
from groundswell_local.environment import local_url, service_environment
from groundswell_local.issuer import LocalIssuer
from groundswell_local.ownership import own, pid_file
from groundswell_local.paths import engines_directory
from groundswell_local.ports import is_free
from groundswell_local.settings import LocalPorts, inherited_environment
from groundswell_local.supervisor import RoleEvent, RoleSpec, Supervisor
from groundswell_local.together import together

SERVICES = ("ideas", "voting", "identity", "notifications", "rewards", "web")
_PREPARE_SECONDS = 60.0


class InstallationError(Exception):
    """Groundswell cannot start here; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Installation:
    """A running Groundswell: where its HTTP is, and what tests and the demo may do to it."""

    engines: Engines
    supervisor: Supervisor
    issuer: LocalIssuer
    ideas_url: str
    voting_url: str
    ballot_box_url: str
    notifications_url: str
    rewards_url: str
    identity_url: str
    web_url: str
    mail_url: str


@asynccontextmanager
async def local_groundswell(
    directory: Path,
    on_event: Callable[[RoleEvent], None],
    say: Callable[[str], None],
    ports: LocalPorts | None = None,
) -> AsyncIterator[Installation]:
    """Run Groundswell with its data in `directory` until the block ends; then nothing is left.

    Starts the engines, has each service make its topics and indexes, and starts the roles; yields
    when all are ready. `ports` None takes those of the environment, or the usual ones. Raises
    `InstallationError`, `EngineError`, `RoleFailedError`, or `AlreadyOwnedError`.
    """
    ports = ports or LocalPorts()
    roles = _roles(directory, ports)
    with own(directory):
        _check_free(ports, roles)
        engine_ports = Ports(ports.kafka_port, ports.mongo_port, ports.redis_port)
        async with running_engines(engines_directory(directory), engine_ports, say) as engines:
            environment = service_environment(directory, engines.environment(), ports)
            await together([_prepare(directory, name, environment) for name in SERVICES])
            supervisor = Supervisor(directory, environment, on_event)
            try:
                await supervisor.start(roles)
                yield Installation(
                    engines,
                    supervisor,
                    LocalIssuer(directory / "issuer"),
                    ideas_url=local_url(ports.ideas_api_port),
                    voting_url=local_url(ports.voting_api_port),
                    ballot_box_url=local_url(ports.voting_ballot_box_port),
                    notifications_url=local_url(ports.notifications_api_port),
                    rewards_url=local_url(ports.rewards_api_port),
                    identity_url=local_url(ports.identity_api_port),
                    web_url=local_url(ports.web_api_port),
                    mail_url=local_url(ports.local_mail_port),
                )
            finally:
                await supervisor.stop()


def _roles(directory: Path, ports: LocalPorts) -> list[RoleSpec]:
    state = {"GROUNDSWELL_STATE": str(directory.absolute())}
    return [
        RoleSpec("local", "mail", ports.local_mail_port, state, module="groundswell_local.mail"),
        RoleSpec("ideas", "api", ports.ideas_api_port),
        RoleSpec("ideas", "worker", ports.ideas_worker_port),
        RoleSpec("voting", "api", ports.voting_api_port),
        RoleSpec("voting", "ballot-box", ports.voting_ballot_box_port),
        RoleSpec("voting", "counter", ports.voting_counter_port),
        RoleSpec("voting", "archiver", ports.voting_archiver_port),
        RoleSpec("voting", "worker", ports.voting_worker_port),
        RoleSpec("identity", "api", ports.identity_api_port),
        RoleSpec("identity", "worker", ports.identity_worker_port),
        RoleSpec("notifications", "api", ports.notifications_api_port),
        RoleSpec("notifications", "worker", ports.notifications_worker_port),
        RoleSpec("rewards", "api", ports.rewards_api_port),
        RoleSpec("rewards", "worker", ports.rewards_worker_port),
        RoleSpec("web", "api", ports.web_api_port),
    ]


def _check_free(ports: LocalPorts, roles: Sequence[RoleSpec]) -> None:
    wanted = {ports.smtp_port: "mail", **{role.port: role.name for role in roles}}
    taken = [f"{port} ({name})" for port, name in wanted.items() if not is_free(port)]
    if taken:
        raise InstallationError(
            f"these ports are taken: {', '.join(taken)}; `groundswell doctor` says by whom, and "
            "`groundswell down` ends what an earlier run left"
        )


async def _prepare(directory: Path, service: str, environment: Mapping[str, str]) -> None:
    """Have the service make its topics and indexes; a repeat changes nothing."""
    name = f"{service}-prepare"
    log = directory / "logs" / f"{name}.log"
    log.unlink(missing_ok=True)
    child = Child.start(
        [sys.executable, "-m", f"groundswell_{service}", "prepare"],
        pid_file=pid_file(directory, name),
        log_path=log,
        env={**inherited_environment(), **environment},
    )
    try:
        with suppress(TimeoutError):
            await asyncio.wait_for(child.wait(), _PREPARE_SECONDS)
    finally:
        status = await child.kill()  # which changes nothing when it has ended
    if status != 0:
        printed = log.read_text(errors="replace")[-2000:]
        raise InstallationError(f"{service} could not prepare its topics and indexes:\n{printed}")
