"""The `groundswell` command: this machine's engines and services, and what helps with them."""

import asyncio
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from groundswell_kit.clock import utc_now
from groundswell_local.demo.calls import CallFailed
from groundswell_local.demo.run import Options, run_demo
from groundswell_local.doctor import Finding, examine
from groundswell_local.engines import (
    EngineError,
    Engines,
    Ports,
    engine_environment,
    running_engines,
)
from groundswell_local.environment import service_environment
from groundswell_local.facts import gather
from groundswell_local.importing.command import imports
from groundswell_local.installation import SERVICES, InstallationError, local_groundswell
from groundswell_local.issuer import LocalIssuer
from groundswell_local.ownership import AlreadyOwnedError, end_owner, note_process, pid_file
from groundswell_local.paths import engines_directory
from groundswell_local.running import run
from groundswell_local.settings import (
    EngineAddresses,
    LocalPorts,
    LocalSettings,
    inherited_environment,
)
from groundswell_local.supervisor import RoleEvent, RoleFailedError, port_variable

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
app.add_typer(imports, name="import")
console = Console(highlight=False)

STATE = LocalSettings().state
_EXPECTED = (
    AlreadyOwnedError,
    CallFailed,
    EngineError,
    InstallationError,
    RoleFailedError,
    ValidationError,
)
# Named one by one: the state may lie in a directory that holds other people's things, too.
_OURS = ("engines", "issuer", "logs", "mail", "pids", "owner.pid", "secrets.json")
_MARKS = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "problem": "[red]problem[/]"}
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def main() -> None:
    """Entry point of the console script."""
    app()


@app.command()
def up() -> None:
    """Run the engines and all services until Ctrl-C."""
    with _explained():
        run(_up())
        console.print("stopped")


@app.command()
def demo(
    votes: Annotated[int | None, typer.Option(min=5, help="Scale the contest to so many.")] = None,
    wait: Annotated[bool, typer.Option(help="Stay up in the end, until Ctrl-C.")] = True,
    ballot_box: Annotated[
        list[str] | None, typer.Option(help="Address of one more that takes votes; repeatable.")
    ] = None,
) -> None:
    """Run the ship-naming contest of 2016 to its certified tally; status 0 when it is equal."""
    with _explained():
        equal = run(run_demo(Options(votes, wait, ballot_box or []), STATE, console, _tell))
    if equal is None:
        console.print("stopped before its end", style="red")
    raise typer.Exit(0 if equal else 1)


@app.command()
def engines() -> None:
    """Run Kafka, MongoDB and Redis alone, until Ctrl-C."""
    with _explained():
        run(_engines())
        console.print("stopped")


@app.command()
def down() -> None:
    """End everything that a running or killed `up` left."""
    with _explained():
        _end_all()
    console.print("nothing of Groundswell runs on this machine")


@app.command()
def clean() -> None:
    """End everything and wipe its data; Kafka's jars stay."""
    with _explained():
        _end_all()
    for name in _OURS:
        path = STATE / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    console.print("wiped all data of Groundswell on this machine")


@app.command()
def doctor() -> None:
    """Check this machine, and name the remedy for each finding."""
    with _explained():
        ports = LocalPorts().model_dump().values()
        findings = examine(gather(ports, STATE, EngineAddresses().given is not None))
    console.print(_as_table(findings))
    if any(finding.state == "problem" for finding in findings):
        raise typer.Exit(1)


@app.command()
def token(
    role: Annotated[list[str], typer.Option(help="participant, manager, editor, ...; repeatable")],
    brand: Annotated[str | None, typer.Option(help="Brand id; participants have none.")] = None,
    subject: Annotated[str, typer.Option(help="Whom it speaks for.")] = "somebody",
    scope: Annotated[list[str] | None, typer.Option(help="Such as events:read.")] = None,
    ttl: Annotated[int, typer.Option(min=1, help="Seconds until it expires.")] = 3600,
    account_age: Annotated[
        int | None, typer.Option(min=0, help="Seconds since the account was made.")
    ] = None,
    region: Annotated[str | None, typer.Option(help="A participant's, such as GB.")] = None,
) -> None:
    """Print an access token for local work."""
    made_at = None if account_age is None else int(utc_now().timestamp()) - account_age
    issuer = LocalIssuer(STATE / "issuer")
    typer.echo(issuer.mint(subject, role, brand, scope or (), ttl, made_at, region))


@app.command()
def start(service: str, role: str) -> None:
    """Run one more instance of a role, on a free port that its log tells, until Ctrl-C."""
    with _explained():
        note_process(pid_file(STATE, f"{service}-{role}-{os.getpid()}"), os.getpid())
        _become(service, [role], {port_variable(service, role): "0"})


def _operator_commands(service: str) -> Callable[[typer.Context], None]:
    """A command that hands its arguments to the service's own, whatever they are."""

    def dispatch(context: typer.Context) -> None:
        with _explained():
            _become(service, context.args, {})

    return dispatch


for _service in SERVICES:
    app.command(
        _service,
        context_settings=_PASS_ON,
        add_help_option=False,
        help=f"Operator commands of {_service}: `groundswell {_service} --help`.",
    )(_operator_commands(_service))


@contextmanager
def _explained() -> Iterator[None]:
    """Errors that a person can act on become their message and exit status 1."""
    try:
        yield
    except _EXPECTED as error:
        console.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error


async def _up() -> None:
    async with local_groundswell(STATE, on_event=_tell, say=console.print) as running:
        _tell_versions(running.engines)
        console.print(f"contests {running.web_url}  mails {running.mail_url}  ", end="")
        console.print(f"API {running.ideas_url}/docs and its like  (Ctrl-C ends all)")
        await asyncio.Event().wait()


async def _engines() -> None:
    ports = LocalPorts()
    wanted = Ports(ports.kafka_port, ports.mongo_port, ports.redis_port)
    async with running_engines(engines_directory(STATE), wanted, console.print) as running:
        _tell_versions(running)
        for name, value in running.environment().items():
            console.print(f"export {name}='{value}'", soft_wrap=True)
        await asyncio.Event().wait()


def _tell(event: RoleEvent) -> None:
    colour = {"ready": "green", "died": "red", "gave up": "red"}.get(event.kind, "default")
    console.print(f"{event.name:<21} [{colour}]{event.kind}[/]  {event.detail}")


def _tell_versions(engines: Engines) -> None:
    for engine in engines.all():
        console.print(f"{engine.version} at {engine.address}")


def _end_all() -> None:
    end_owner(STATE)
    end_owner(engines_directory(STATE))


def _become(service: str, arguments: list[str], more: dict[str, str]) -> NoReturn:
    """Go on as the service's own command, told what the services of this machine are told."""
    engines = engine_environment(engines_directory(STATE))
    environment = {**inherited_environment(), **service_environment(STATE, engines), **more}
    command = [sys.executable, "-m", f"groundswell_{service}", *arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606 - that is what dispatching means


def _as_table(findings: list[Finding]) -> Table:
    table = Table("", "state", "found", "remedy", box=None, pad_edge=False)
    for finding in findings:
        table.add_row(finding.subject, _MARKS[finding.state], finding.found, finding.remedy)
    return table
