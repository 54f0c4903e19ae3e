"""`groundswell import`: what its options mean, and how it ends."""

from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from groundswell_local.environment import local_url
from groundswell_local.importing.api import ImportFailed, opened
from groundswell_local.importing.progress import Progress
from groundswell_local.importing.reading import UnreadableFile
from groundswell_local.importing.report import show_columns, show_results, shown, write_errors
from groundswell_local.importing.run import import_ideas, read_contest
from groundswell_local.issuer import LocalIssuer
from groundswell_local.running import run
from groundswell_local.settings import LocalPorts, LocalSettings

TOKEN_VARIABLE = "GROUNDSWELL_TOKEN"  # noqa: S105 - the name of the variable

_TOKEN_SECONDS = 6 * 3600

imports = typer.Typer(help="Take in what was collected elsewhere.", no_args_is_help=True)
console = Console(highlight=False)

InContest = Annotated[str, typer.Option(help="Id of the contest.")]
Address = Annotated[
    str | None, typer.Option(help="The ideas service.", envvar="GROUNDSWELL_IDEAS_URL")
]
Brand = Annotated[
    str | None, typer.Option(help="Act for a brand of this machine, with a token of its own.")
]
Token = Annotated[
    str | None,
    typer.Option(help="A manager's; in the variable nobody sees it.", envvar=TOKEN_VARIABLE),
]


@imports.command()
def columns(
    contest: InContest, url: Address = None, brand: Brand = None, token: Token = None
) -> None:
    """List the columns that a file of ideas has for a contest."""
    _end(_columns(_address(url), _token(brand, token), contest))


@imports.command()
def ideas(
    file: Annotated[Path, typer.Argument(help="CSV in UTF-8; pictures lie below its folder.")],
    contest: InContest,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check all, change nothing.")] = False,
    errors: Annotated[
        Path | None, typer.Option(help="Write the rows that are not in here, with the reasons.")
    ] = None,
    delimiter: Annotated[str, typer.Option(help="Between columns; 'tab' is one, too.")] = ",",
    url: Address = None,
    brand: Brand = None,
    token: Token = None,
) -> None:
    """Import ideas from a CSV file; status 0 when every row is in. A repeat changes nothing."""
    mark = "\t" if delimiter == "tab" else delimiter
    if len(mark) != 1:
        raise typer.BadParameter("A delimiter is one character, or 'tab'.")
    access = _address(url), _token(brand, token)
    _end(_ideas(*access, contest, file, mark, errors, dry_run=dry_run))


def _end(main: Coroutine[Any, Any, bool]) -> None:
    """Runs it, and ends this process with the status that it deserves."""
    try:
        complete = run(main)
    except (ImportFailed, UnreadableFile) as error:
        console.print(shown(str(error)), style="red")
        raise typer.Exit(1) from error
    if complete is None:
        console.print("stopped; the same command goes on from here", style="red")
    raise typer.Exit(0 if complete else 1)


async def _columns(url: str, token: str, contest_id: str) -> bool:
    async with opened(url, token) as api:
        show_columns(console, (await read_contest(api, contest_id)).columns)
    return True


async def _ideas(
    url: str,
    token: str,
    contest_id: str,
    file: Path,
    delimiter: str,
    errors: Path | None,
    *,
    dry_run: bool,
) -> bool:
    """Whether every row is in, or would be."""
    async with opened(url, token) as api:
        contest = await read_contest(api, contest_id)
        sheet, results = await import_ideas(
            api, contest, file, delimiter, Progress(console), dry_run=dry_run
        )
    show_results(console, results, dry_run=dry_run)
    if errors is not None:
        try:
            write_errors(errors, sheet, results)
        except OSError as error:
            raise ImportFailed(f"{errors} cannot be written: {error.strerror}.") from error
    return not any(result.errors for result in results)


def _address(url: str | None) -> str:
    return url or local_url(LocalPorts().ideas_api_port)


def _token(brand: str | None, token: str | None) -> str:
    """One of this machine for a brand, else the token that was given."""
    if brand is not None:
        issuer = LocalIssuer(LocalSettings().state / "issuer")
        return issuer.mint("importer", ["manager"], brand, (), _TOKEN_SECONDS)
    if not token:
        raise typer.BadParameter(f"Set {TOKEN_VARIABLE} to a manager's token, or name a --brand.")
    return token
