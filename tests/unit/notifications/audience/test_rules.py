"""Who hears of what concerns a whole contest, and which mails are wanted."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from groundswell_kit.access import STAFF_ROLES
from groundswell_notifications.audience.rules import (
    KINDS,
    PERSON_KINDS,
    ROLES_TOLD,
    STAFF_KINDS,
    Kind,
    Member,
    StaffMember,
    choices,
    is_staff_told,
    is_told,
    staff_kinds,
)
from groundswell_notifications.audience.schemas import Choices

OPENED = datetime(2026, 4, 1, 12, tzinfo=UTC)
BEFORE = OPENED - timedelta(milliseconds=1)
AFTER = OPENED + timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("entered_at", "followed_at", "told"),
    [
        (BEFORE, None, True),
        (None, BEFORE, True),
        (OPENED, None, True),
        (None, OPENED, True),
        (AFTER, None, False),
        (None, AFTER, False),
        (AFTER, BEFORE, True),
        (BEFORE, AFTER, True),
        (AFTER, AFTER, False),
        (None, None, False),
    ],
)
def test_who_came_before_it_happened_is_told(
    entered_at: datetime | None, followed_at: datetime | None, told: bool
) -> None:
    member = Member(person_id="person_1", entered_at=entered_at, followed_at=followed_at)
    assert is_told(member, OPENED) is told


@pytest.mark.parametrize(
    ("kind", "roles", "since", "told"),
    [
        ("staff_briefed", {"juror"}, BEFORE, True),
        ("staff_briefed", {"finance", "expert"}, OPENED, True),
        ("staff_briefed", {"editor"}, AFTER, False),
        ("staff_briefed", {"expert"}, BEFORE, False),
        ("staff_briefed", {"wizard"}, BEFORE, False),
        ("answer_overdue", {"editor", "manager"}, BEFORE, True),
        ("answer_overdue", {"editor"}, BEFORE, False),
    ],
)
def test_staff_are_told_by_role(kind: Kind, roles: set[str], since: datetime, told: bool) -> None:
    member = StaffMember(member_id="staff_1", roles=frozenset(roles), since=since)
    assert is_staff_told(member, kind, OPENED) is told


@pytest.mark.parametrize(
    ("roles", "since", "told"),
    [
        ({"juror"}, BEFORE, True),
        ({"juror"}, AFTER, False),
        ({"manager"}, BEFORE, False),
    ],
)
def test_what_is_for_some_by_name_is_for_nobody_else(
    roles: set[str], since: datetime, told: bool
) -> None:
    member = StaffMember(member_id="staff_1", roles=frozenset(roles), since=since)
    assert is_staff_told(member, "scores_asked", OPENED, ["staff_2", "staff_1"]) is told
    assert not is_staff_told(member, "scores_asked", OPENED, ["staff_2"])
    assert not is_staff_told(member, "scores_asked", OPENED, [])


@pytest.mark.parametrize(
    ("roles", "kinds"),
    [
        ({"editor"}, ("staff_briefed",)),
        ({"juror"}, ("staff_briefed", "scores_asked")),
        ({"expert"}, ("review_asked",)),
        ({"manager", "juror"}, ("staff_briefed", "scores_asked", "answer_overdue")),
        ({"integrator"}, ()),
    ],
)
def test_each_role_has_its_kinds(roles: set[str], kinds: tuple[Kind, ...]) -> None:
    assert staff_kinds(roles) == kinds


def test_each_kind_is_for_people_or_for_staff() -> None:
    assert {*PERSON_KINDS} | {*STAFF_KINDS} == {*KINDS}
    assert {*PERSON_KINDS}.isdisjoint(STAFF_KINDS)
    assert {*ROLES_TOLD} == {*STAFF_KINDS}
    assert ROLES_TOLD["staff_briefed"] == {*STAFF_ROLES}


def test_all_mails_are_wanted_but_for_those_ended() -> None:
    assert choices([], KINDS) == dict.fromkeys(KINDS, True)
    assert choices(["won"], KINDS) == dict.fromkeys(KINDS, True) | {"won": False}
    assert choices(["won", "staff_briefed"], STAFF_KINDS) == {
        kind: kind != "staff_briefed" for kind in STAFF_KINDS
    }


def test_a_choice_is_of_a_kind_and_of_nothing_but_its_mails() -> None:
    complete = {kind: {"email": kind != "won"} for kind in KINDS}
    assert Choices.model_validate(complete).wanted() == choices(["won"], KINDS)
    for wrong in (
        complete | {"rain": {"email": True}},
        complete | {"won": {"email": "yes"}},
        complete | {"won": {"email": True, "sms": True}},
    ):
        with pytest.raises(ValidationError):
            Choices.model_validate(wrong)
