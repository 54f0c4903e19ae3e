"""The command line that every service has: running roles, and looking after dead letters.

Called by each service's `__main__`.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from groundswell_kit.observability import configure_logging
from groundswell_kit.serve import Role, run, run_roles
from groundswell_kit.settings import EngineSettings

if TYPE_CHECKING:  # a process that needs no MongoDB loads none of it
    from groundswell_kit.dead_letters import DeadLetters, ParkedEvent

Result = TypeVar("Result")
Settings = TypeVar("Settings", bound=EngineSettings)

OpenLetters = Callable[[], AbstractAsyncContextManager["DeadLetters"]]


def run_process(
    service: str, process: str, settings: EngineSettings, build: Callable[[], Sequence[Role]]
) -> None:
    """Run the roles that `build` gives, until told to stop, and exit with their status."""
    configure_logging(service, process, settings.log_level)

    async def main() -> int:
        return await run_roles(build(), settings.host)

    sys.exit(run(main()))


def service_commands(
    service: str,
    settings: Callable[[], Settings],
    api_role: Callable[[Settings], Role],
    worker_role: Callable[[Settings], Role],
    prepare_all: Callable[[Settings], Coroutine[Any, Any, None]],
    dead_letters: Callable[[Settings], AbstractAsyncContextManager["DeadLetters"]] | None = None,
) -> typer.Typer:
    """`api`, `worker`, `all`, `prepare` and `dead-letters` of a service that has these roles.

    A service that takes no events in has no dead letters.
    """
    about = f"The {service} service."
    commands = typer.Typer(help=about, no_args_is_help=True, add_completion=False)

    def run_roles_of(process: str, *builders: Callable[[Settings], Role]) -> None:
        told = settings()
        run_process(service, process, told, lambda: [build(told) for build in builders])

    @commands.command(help="Serve HTTP.")
    def api() -> None:
        run_roles_of("api", api_role)

    @commands.command(help="Take events in and publish the outbox.")
    def worker() -> None:
        run_roles_of("worker", worker_role)

    @commands.command(name="all", help="Run every role in one process, for one machine.")
    def all_roles() -> None:
        run_roles_of("all", api_role, worker_role)

    @commands.command(help="Make missing topics and indexes; a repeat changes nothing.")
    def prepare() -> None:
        asyncio.run(prepare_all(settings()))

    if dead_letters is not None:
        letters = dead_letter_commands(lambda: dead_letters(settings()))
        commands.add_typer(letters, name="dead-letters")
    return commands


def dead_letter_commands(open_letters: OpenLetters) -> typer.Typer:
    """`list`, `show` and `release` for the events that a service could not handle."""
    commands = typer.Typer(help="Events that could not be handled.", no_args_is_help=True)

    @commands.command(name="list")
    def list_parked(limit: Annotated[int, typer.Option(min=1)] = 100) -> None:
        """List parked events: id, key, reason."""
        for event in _with(open_letters, lambda letters: letters.list(limit)):
            typer.echo(f"{event.id}\t{event.key_text}\t{event.reason}")

    @commands.command(name="show")
    def show_parked(event_id: str) -> None:
        """Show a parked event: its headers, its value, why it was parked."""
        event = _with(open_letters, lambda letters: letters.show(event_id))
        if event is None:
            raise typer.BadParameter(f"no event {event_id} is parked")
        typer.echo(_described(event))

    @commands.command(name="release")
    def release_parked(
        key: Annotated[str | None, typer.Argument(help="The key as `list` shows it.")] = None,
        every: Annotated[bool, typer.Option("--all", help="Release every key.")] = False,
    ) -> None:
        """Hand the parked events of a key, or all, to the service again."""
        if (key is None) != every:
            raise typer.BadParameter("name a key, or say --all")
        released = _with(open_letters, lambda letters: letters.release(key))
        typer.echo(f"released: {released}")

    return commands


def _described(event: "ParkedEvent") -> str:
    headers = [
        f"{name}: {(value or b'').decode(errors='replace')}" for name, value in event.headers
    ]
    return "\n".join(
        [
            *headers,
            "",
            (event.value or b"").decode(errors="replace"),
            "",
            f"parked at {event.parked_at:%Y-%m-%d %H:%M:%S} UTC: {event.reason}",
            event.stack,
        ]
    )


def _with(open_letters: OpenLetters, work: Callable[["DeadLetters"], Awaitable[Result]]) -> Result:
    async def main() -> Result:
        async with open_letters() as letters:
            return await work(letters)

    return asyncio.run(main())
