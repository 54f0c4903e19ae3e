"""The role and command of the site: `python -m groundswell_web --help` lists them."""

import asyncio

import typer

from groundswell_kit.cli import run_process
from groundswell_web.app import SERVICE, api_role
from groundswell_web.app import prepare as prepare_all
from groundswell_web.settings import Settings

main = typer.Typer(help="The participants' site.", no_args_is_help=True, add_completion=False)


@main.command()
def api() -> None:
    """Serve the pages."""
    settings = Settings()
    run_process(SERVICE, "api", settings, lambda: [api_role(settings)])


@main.command()
def prepare() -> None:
    """Make the indexes that are missing; a repeat changes nothing."""
    asyncio.run(prepare_all(Settings()))


if __name__ == "__main__":
    main()
