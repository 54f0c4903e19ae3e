"""Who may do what, as dependencies of routes: staff of a brand, participants, machines, readers.

Used by the routes of every service; the roles mean the same in all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from groundswell_kit.auth import Actor
from groundswell_kit.http import Caller, OptionalCaller, require
from groundswell_kit.problems import forbidden

STAFF_ROLES = ("auditor", "editor", "finance", "juror", "manager")

EXPERT = "expert"
"""Who has it alone is from outside: not the brand's staff, they see what it gives them."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works for a brand, and sees and changes what is this brand's alone."""

    brand_id: str
    subject: str

    @property
    def key_scope(self) -> str:
        """Whose Idempotency-Keys these are."""
        return f"staff\n{self.brand_id}\n{self.subject}"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever reads, with or without a token; `staff_of` is the brand they work for, if any."""

    subject: str | None
    staff_of: str | None


def staff(*roles: str) -> Callable[..., Staff]:
    """A dependency that gives the brand's staff with one of `roles`; 401 or 403 for others."""

    def with_brand(actor: Annotated[Actor, Depends(require(*roles))]) -> Staff:
        if actor.brand_id is None:
            raise forbidden("This needs the token of a brand's staff.")
        return Staff(actor.brand_id, actor.subject)

    return with_brand


def machine(scope: str) -> Callable[..., Actor]:
    """A dependency that gives a caller whose token has this scope; 401 or 403 for others."""

    def with_scope(actor: Caller) -> Actor:
        if scope not in actor.scopes:
            raise forbidden(f"This needs a token with the scope {scope}.")
        return actor

    return with_scope


def _reader(actor: OptionalCaller) -> Reader:
    if actor is None:
        return Reader(None, None)
    return Reader(actor.subject, None if actor.roles.isdisjoint(STAFF_ROLES) else actor.brand_id)


AnyStaff = Annotated[Staff, Depends(staff(*STAFF_ROLES))]
"""Staff of a brand in whatever role."""

Editor = Annotated[Staff, Depends(staff("editor", "manager"))]
"""An editor; a manager may do what an editor may."""

Manager = Annotated[Staff, Depends(staff("manager"))]
"""A manager."""

Participant = Annotated[Actor, Depends(require("participant"))]
"""Somebody who takes part."""

AnyReader = Annotated[Reader, Depends(_reader)]
"""Anybody; a bad token is refused all the same."""
