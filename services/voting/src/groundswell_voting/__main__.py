"""The roles and commands of the service: `python -m groundswell_voting --help` lists them.

Each command imports what it runs: the vote path's processes stay small.
"""
# ruff: noqa: PLC0415 - see above: two seconds of start and 90 MB per process are at stake

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from groundswell_kit.cli import dead_letter_commands, run_process
from groundswell_voting.app import SERVICE
from groundswell_voting.settings import Settings

if TYPE_CHECKING:
    from groundswell_kit.dead_letters import DeadLetters

main = typer.Typer(help="The voting service.", no_args_is_help=True, add_completion=False)


@main.command()
def api() -> None:
    """Serve polls, passes, standings, receipts and tallies over HTTP."""
    from groundswell_voting.app.api import api_role

    settings = Settings()
    run_process(SERVICE, "api", settings, lambda: [api_role(settings)])


@main.command()
def ballot_box() -> None:
    """Take votes."""
    from groundswell_voting.app.ballot_box import ballot_box_role

    settings = Settings()
    run_process(SERVICE, "ballot-box", settings, lambda: [ballot_box_role(settings)])


@main.command()
def counter() -> None:
    """Count the votes log into Redis."""
    from groundswell_voting.app.counter import counter_role

    settings = Settings()
    run_process(SERVICE, "counter", settings, lambda: [counter_role(settings)])


@main.command()
def archiver() -> None:
    """Archive the votes log in MongoDB."""
    from groundswell_voting.app.archiver import archiver_role

    settings = Settings()
    run_process(SERVICE, "archiver", settings, lambda: [archiver_role(settings)])


@main.command()
def worker() -> None:
    """Take events in, publish the outbox, move polls on."""
    from groundswell_voting.app.worker import worker_role

    settings = Settings()
    run_process(SERVICE, "worker", settings, lambda: [worker_role(settings)])


@main.command(name="all")
def all_roles() -> None:
    """Run every role in one process, for one machine."""
    from groundswell_voting.app.api import api_role
    from groundswell_voting.app.archiver import archiver_role
    from groundswell_voting.app.ballot_box import ballot_box_role
    from groundswell_voting.app.counter import counter_role
    from groundswell_voting.app.worker import worker_role

    settings = Settings()
    builders = (api_role, ballot_box_role, counter_role, archiver_role, worker_role)
    run_process(SERVICE, "all", settings, lambda: [build(settings) for build in builders])


@main.command()
def prepare() -> None:
    """Make topics and indexes; a repeat changes nothing."""
    from groundswell_voting.app.worker import prepare as prepare_all

    asyncio.run(prepare_all(Settings()))


@main.command()
def recount(
    poll_id: str,
    rules: Annotated[
        typer.FileText | None,
        typer.Option(help="Count by the rules in this file (JSON) instead of the poll's own."),
    ] = None,
) -> None:
    """Count a poll again from the votes log itself; touches nothing. Status 1: it differs."""
    from pydantic import ValidationError

    from groundswell_kit.problems import Problem
    from groundswell_voting.app.operator import recounted
    from groundswell_voting.certification.recount import RecountFailed
    from groundswell_voting.certification.report import comparison, report
    from groundswell_voting.voteslog.codec import read_rules

    try:
        other_rules = None if rules is None else read_rules(rules.read())
        found = asyncio.run(recounted(Settings(), poll_id, other_rules, _tell))
    except (Problem, RecountFailed, ValidationError) as error:
        typer.echo(f"no recount: {error}", err=True)
        raise typer.Exit(2) from None
    for line in report(found) if other_rules is None else comparison(found):
        typer.echo(line)
    if other_rules is None and found.equal is False:
        raise typer.Exit(1)


def _tell(line: str) -> None:
    typer.echo(line, err=True)


@main.command()
def rebuild(
    partition: Annotated[int | None, typer.Argument(help="A partition of the votes log.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Rebuild every partition.")] = False,
) -> None:
    """Set the count of a partition, or all, back to zero; the counter builds it from the log."""
    from groundswell_voting.app.operator import set_back

    settings = Settings()
    if (partition is None) != every:
        raise typer.BadParameter("name a partition, or say --all")
    if partition is not None and not 0 <= partition < settings.voting_partitions:
        raise typer.BadParameter(f"partitions are 0 to {settings.voting_partitions - 1}")
    chosen = range(settings.voting_partitions) if partition is None else [partition]
    asyncio.run(set_back(settings, chosen))
    typer.echo(f"set back to zero: {', '.join(map(str, chosen))}")


@asynccontextmanager
async def _letters() -> "AsyncIterator[DeadLetters]":
    from groundswell_voting.app.operator import dead_letters

    async with dead_letters(Settings()) as letters:
        yield letters


main.add_typer(dead_letter_commands(_letters), name="dead-letters")

if __name__ == "__main__":
    main()
