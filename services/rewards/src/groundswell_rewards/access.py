"""Who may read of the money, as dependencies of routes."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

from groundswell_kit.access import Staff, staff
from groundswell_kit.http import Caller

FINANCE_ROLES = ("auditor", "finance", "manager")

Finance = Annotated[Staff, Depends(staff(*FINANCE_ROLES))]
"""Who sees to a brand's money: finance, its auditor, its manager."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks for a reward: a person, or somebody who sees to the money of `finance_of`."""

    person_id: str | None
    finance_of: str | None


def _party(actor: Caller) -> Party:
    takes_part = "participant" in actor.roles
    finance = not actor.roles.isdisjoint(FINANCE_ROLES)
    return Party(actor.subject if takes_part else None, actor.brand_id if finance else None)


AnyParty = Annotated[Party, Depends(_party)]
"""Anybody with a token."""
