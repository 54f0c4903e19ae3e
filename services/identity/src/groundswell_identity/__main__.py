"""The roles and commands of the service: `python -m groundswell_identity --help` lists them."""

import asyncio
from typing import Annotated

import typer
from pydantic import ValidationError

from groundswell_identity.app import SERVICE, api_role, prepare, worker_role
from groundswell_identity.app import add_brand as add_brand_to
from groundswell_identity.app import rotate_keys as rotate_keys_of
from groundswell_identity.memberships.schemas import Invitation, NewBrand
from groundswell_identity.settings import Settings
from groundswell_kit.cli import service_commands

main = service_commands(SERVICE, Settings, api_role, worker_role, prepare)


@main.command()
def rotate_keys() -> None:
    """Make the next signing key now. It signs half an hour later, when everybody knows it."""
    signs_from = asyncio.run(rotate_keys_of(Settings()))
    typer.echo(f"signs from {signs_from:%Y-%m-%d %H:%M:%S} UTC")


@main.command()
def add_brand(
    brand_id: Annotated[str, typer.Argument(help="Lower-case letters, digits, - and _.")],
    name: str,
    manager: Annotated[str, typer.Option(prompt="Address of its first manager")],
) -> None:
    """Found a brand and invite a manager, who then signs in through a provider.

    For the first brand of an installation, when nobody has a token yet; a repeat is safe.
    """
    try:
        brand = NewBrand(id=brand_id, name=name)
        invitation = Invitation(email=manager, roles=["manager"])
    except ValidationError as error:
        raise typer.BadParameter("; ".join(str(found["msg"]) for found in error.errors())) from None
    member = asyncio.run(add_brand_to(Settings(), brand_id, brand.name, invitation.email))
    typer.echo(f"{brand_id}: {member.id} is invited as {', '.join(member.roles)}")


if __name__ == "__main__":
    main()
