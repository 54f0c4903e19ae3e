"""The roles and commands of the service: `python -m groundswell_rewards --help` lists them."""

import asyncio

import typer

from groundswell_kit.cli import service_commands
from groundswell_rewards.app import SERVICE, api_role, check, dead_letters, prepare, worker_role
from groundswell_rewards.settings import Settings

main = service_commands(SERVICE, Settings, api_role, worker_role, prepare, dead_letters)


@main.command()
def check_ledger() -> None:
    """Recompute all balances and bookings; status 1 when something differs, which it names."""
    report = asyncio.run(check(Settings()))
    for finding in report.findings:
        typer.echo(finding)
    typer.echo(f"entries: {report.entries}, differences: {len(report.findings)}")
    if report.findings:
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
