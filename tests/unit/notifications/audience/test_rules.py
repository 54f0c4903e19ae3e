"""Who hears of what concerns a whole contest, and which mails are wanted."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from groundswell_notifications.audience.rules import KINDS, Member, choices, is_told
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


def test_all_mails_are_wanted_but_for_those_ended() -> None:
    assert choices([]) == dict.fromkeys(KINDS, True)
    assert choices(["won"]) == dict.fromkeys(KINDS, True) | {"won": False}


def test_choices_name_every_kind_and_no_other() -> None:
    complete = {kind: {"email": kind != "won"} for kind in KINDS}
    assert Choices.model_validate(complete).wanted() == choices(["won"])
    for wrong in (
        {kind: choice for kind, choice in complete.items() if kind != "won"},
        complete | {"rain": {"email": True}},
        complete | {"won": {"email": "yes"}},
        complete | {"won": {"email": True, "sms": True}},
    ):
        with pytest.raises(ValidationError):
            Choices.model_validate(wrong)
