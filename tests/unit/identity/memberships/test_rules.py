"""A brand keeps a manager, and none has the name that means no brand."""

from datetime import UTC, datetime
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from groundswell_contracts.people import NO_BRAND
from groundswell_identity.memberships.rules import (
    SYSTEM_BRANDS,
    Member,
    Role,
    obstacles_to_changing,
    obstacles_to_naming,
)
from groundswell_identity.people.rules import AddressMark
from groundswell_kit.access import EXPERT, STAFF_ROLES

ROLES = st.sets(st.sampled_from(get_args(Role)))


def member(number: int, roles: set[Role]) -> Member:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    name = f"staff_{number}"
    return Member(name, "nerc", AddressMark(name), f"{name}@example.com", tuple(roles), at)


@given(st.lists(ROLES, min_size=1, max_size=5), st.integers(0, 5), ROLES)
def test_no_change_takes_the_last_manager_away(
    before: list[set[Role]], place: int, roles: set[Role]
) -> None:
    members = [member(number, held) for number, held in enumerate(before)]
    after = [held for number, held in enumerate(before) if number != place] + [roles]
    had = any("manager" in held for held in before)
    has = any("manager" in held for held in after)
    refused = bool(obstacles_to_changing(members, f"staff_{place}", roles))
    assert refused == (had and not has)


def test_the_name_of_no_brand() -> None:
    assert {NO_BRAND} == SYSTEM_BRANDS
    assert obstacles_to_naming(NO_BRAND)
    assert not obstacles_to_naming("nerc")


def test_roles_are_those_that_all_services_know() -> None:
    assert set(get_args(Role)) == {*STAFF_ROLES, EXPERT}
