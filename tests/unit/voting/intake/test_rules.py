from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.intake.rules import KnownPoll, Settled, settle

IDEAS = st.lists(st.sampled_from(["boaty", "poppy", "henry"]), unique=True)
FIELDS = {
    "accepting": st.booleans(),
    "closes_at_ms": st.integers(0, 10**13),
    "ideas_per_ballot": st.integers(1, 5),
    "idea_ids": IDEAS,
}


@dataclass
class Announcement:
    """The change that carries this number."""

    number: int
    fields: dict[str, Any]


ANNOUNCEMENTS = st.lists(st.fixed_dictionaries({}, optional=FIELDS), max_size=8).map(
    lambda changes: [Announcement(number, change) for number, change in enumerate(changes, 1)]
)


def told(announcements: list[Announcement]) -> KnownPoll:
    poll = KnownPoll("poll_01", "nerc")
    for announcement in announcements:
        poll.announce(announcement.number, **announcement.fields)
    return poll


@given(ANNOUNCEMENTS, st.data())
def test_order_and_repeats_are_of_no_matter(
    announcements: list[Announcement], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(announcements))) if announcements else []
    shuffled = data.draw(st.permutations([*announcements, *repeats]))
    assert told(shuffled) == told(announcements)


@given(ANNOUNCEMENTS)
def test_each_field_is_what_the_last_one_said(announcements: list[Announcement]) -> None:
    said: dict[str, Any] = {}
    for announcement in announcements:
        said |= announcement.fields
    poll = told(announcements)
    assert poll.accepting == said.get("accepting", False)
    assert poll.closes_at_ms == said.get("closes_at_ms", 0)
    assert poll.ideas_per_ballot == said.get("ideas_per_ballot", 0)
    assert list(poll.ideas) == said.get("idea_ids", [])


def test_a_poll_never_announced_takes_nothing() -> None:
    poll = KnownPoll("poll_01", "nerc")
    assert not poll.accepting
    assert not poll.ideas


@pytest.mark.parametrize(
    ("counted", "limit", "settled"),
    [
        (None, 1, None),
        ((), 1, None),
        ((0,), 1, Settled.COUNTED),
        ((1,), 1, Settled.FULL),
        ((1,), 2, None),
        ((1, 0), 2, Settled.COUNTED),
        ((1, 2), 2, Settled.FULL),
        ((2, 1), 1, Settled.FULL),
    ],
)
def test_what_a_counted_ballot_settles(
    counted: tuple[int, ...] | None, limit: int, settled: Settled | None
) -> None:
    poll = told(
        [Announcement(1, {"ideas_per_ballot": limit, "idea_ids": ["boaty", "poppy", "henry"]})]
    )
    assert settle(poll, counted, "boaty") is settled


def test_an_idea_that_is_not_on_the_ballot_is_never_counted() -> None:
    poll = told([Announcement(1, {"ideas_per_ballot": 1, "idea_ids": ["boaty"]})])
    assert settle(poll, None, "nonsense") is None
    assert settle(poll, (0,), "nonsense") is Settled.FULL
