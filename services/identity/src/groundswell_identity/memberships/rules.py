"""Brands, members and machine clients, and what may be changed of them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from groundswell_identity.people.rules import AddressMark

Role = Literal["auditor", "editor", "expert", "finance", "juror", "manager"]
Scope = Literal["events:read", "ideas:write", "sales:write"]

SYSTEM_BRANDS = frozenset({"groundswell"})
"""Names that no brand may have: events of people carry this one."""


class Obstacle(NamedTuple):
    """Why something cannot be done now: what stands in the way, its rule's slug, and in words."""

    field: str
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Brand:
    """A tenant."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works for a brand. Invited by address; joined once they have signed in.

    `subject_mark` is a keyed hash of the provider and its id for them: from joining on they are
    known by it, whatever becomes of their address.
    """

    id: str
    brand_id: str
    address_mark: AddressMark
    email: str
    roles: tuple[Role, ...]
    invited_at: datetime
    subject_mark: str | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """A machine that acts for a brand. Its secret is kept as a mark only."""

    id: str
    brand_id: str
    name: str
    scopes: tuple[Scope, ...]
    secret_mark: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that has proved who it is; one of the installation has no brand."""

    client_id: str
    brand_id: str | None
    scopes: tuple[str, ...]


def obstacles_to_naming(brand_id: str) -> list[Obstacle]:
    """What keeps a brand from having this id."""
    if brand_id in SYSTEM_BRANDS:
        return [Obstacle("body.id", "reserved", "this id means no brand")]
    return []


def obstacles_to_changing(
    members: Iterable[Member], member_id: str, roles: Iterable[Role]
) -> list[Obstacle]:
    """What keeps a member from having only these roles: a brand keeps a manager once it has one."""
    managers = {member.id for member in members if "manager" in member.roles}
    if managers == {member_id} and "manager" not in roles:
        return [Obstacle("roles", "last-manager", "a brand keeps at least one manager")]
    return []
