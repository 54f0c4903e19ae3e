"""The roles and commands of the service: `python -m groundswell_ideas --help` lists them."""

import asyncio

import typer

from groundswell_ideas.app import SERVICE, api_role, dead_letters, worker_role
from groundswell_ideas.app import prepare as prepare_all
from groundswell_ideas.settings import Settings
from groundswell_kit.cli import dead_letter_commands, run_process

main = typer.Typer(help="The ideas service.", no_args_is_help=True, add_completion=False)


@main.command()
def api() -> None:
    """Serve HTTP."""
    settings = Settings()
    run_process(SERVICE, "api", settings, lambda: [api_role(settings)])


@main.command()
def worker() -> None:
    """Take events in and publish the outbox."""
    settings = Settings()
    run_process(SERVICE, "worker", settings, lambda: [worker_role(settings)])


@main.command(name="all")
def all_roles() -> None:
    """Run every role in one process, for one machine."""
    settings = Settings()
    run_process(SERVICE, "all", settings, lambda: [api_role(settings), worker_role(settings)])


@main.command()
def prepare() -> None:
    """Make the topics and indexes that are missing; a repeat changes nothing."""
    asyncio.run(prepare_all(Settings()))


main.add_typer(dead_letter_commands(lambda: dead_letters(Settings())), name="dead-letters")

if __name__ == "__main__":
    main()
