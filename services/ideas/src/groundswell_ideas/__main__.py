"""The roles and commands of the service: `python -m groundswell_ideas --help` lists them."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer

from groundswell_ideas import app
from groundswell_ideas.settings import Settings
from groundswell_kit import serve
from groundswell_kit.dead_letters import DeadLetters, key_text
from groundswell_kit.mongo import connect
from groundswell_kit.observability import configure_logging

Result = TypeVar("Result")

main = typer.Typer(help="The ideas service.", no_args_is_help=True, add_completion=False)
letters = typer.Typer(help="Events that could not be handled.", no_args_is_help=True)
main.add_typer(letters, name="dead-letters")


@main.command()
def api() -> None:
    """Serve HTTP."""
    _run("api", app.api_role)


@main.command()
def worker() -> None:
    """Take events in and publish the outbox."""
    _run("worker", app.worker_role)


@main.command(name="all")
def all_roles() -> None:
    """Run every role in one process, for one machine."""
    _run("all", app.api_role, app.worker_role)


@main.command()
def prepare() -> None:
    """Make the topics and indexes that are missing."""
    asyncio.run(app.prepare(Settings()))


@letters.command(name="list")
def list_letters(limit: Annotated[int, typer.Option(min=1)] = 100) -> None:
    """List parked events, one a line: id, key, reason."""
    for event in _with_letters(lambda parked: parked.list(limit)):
        typer.echo(f"{event.id}\t{key_text(event.key)}\t{event.reason}")


@letters.command(name="show")
def show_letter(event_id: str) -> None:
    """Show a parked event with its headers, its data, and why it is parked."""
    event = _with_letters(lambda parked: parked.show(event_id))
    if event is None:
        raise typer.BadParameter(f"no event {event_id} is parked")
    for name, value in event.headers:
        typer.echo(f"{name}: {(value or b'').decode(errors='replace')}")
    typer.echo(f"\n{(event.value or b'').decode(errors='replace')}\n")
    typer.echo(f"parked at {event.parked_at:%Y-%m-%d %H:%M:%S} UTC: {event.reason}\n{event.stack}")


@letters.command(name="release")
def release_letters(
    key: Annotated[str | None, typer.Argument(help="The key as `list` shows it.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Release every key.")] = False,
) -> None:
    """Hand the parked events of a key, or all, to the service again."""
    if (key is None) != every:
        raise typer.BadParameter("name a key, or say --all")
    count = _with_letters(lambda parked: parked.release(key))
    typer.echo(f"released: {count}")


def _run(process: str, *roles: Callable[[Settings], serve.Role]) -> None:
    settings = Settings()
    configure_logging(app.SERVICE, process, settings.log_level)

    async def run() -> int:
        return await serve.run_roles([role(settings) for role in roles], settings.host)

    sys.exit(serve.run(run()))


def _with_letters(work: Callable[[DeadLetters], Awaitable[Result]]) -> Result:
    settings = Settings()

    async def run() -> Result:
        database = connect(settings.mongo_uri, settings.database(app.SERVICE))
        try:
            return await work(app.Stores(database).dead_letters)
        finally:
            await database.client.close()

    return asyncio.run(run())


if __name__ == "__main__":
    main()
