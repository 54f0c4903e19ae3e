from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_voting.counting.rules import Ballot
from groundswell_voting.intake.rules import KnownPoll, Outdated, Settled, settle
from groundswell_voting.voteslog.rules import Rules, Vote

IDEAS = ("boaty", "poppy", "henry", "cold", "david", "trout")
TIMES = st.integers(0, 20)
FIELDS = {
    "accepting": st.booleans(),
    "accepts_until_ms": TIMES,
    "closes_at_ms": TIMES,
    "rules": st.builds(Rules, ideas_per_ballot=st.none() | st.integers(1, 5)),
}


@dataclass
class Announcement:
    """What one announcement says: changed fields, ideas with their first ordinal, and others."""

    number: int
    fields: dict[str, Any] = field(default_factory=dict)
    ideas: tuple[int, tuple[str, ...]] = (0, ())
    withdrawn: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()


@st.composite
def histories(draw: st.DrawFn) -> list[Announcement]:
    """Announcements as a state machine numbers them: ideas join one after the other."""
    some = st.lists(st.sampled_from(IDEAS), unique=True, max_size=2).map(tuple)
    cuts = sorted(draw(st.lists(st.integers(0, len(IDEAS)), max_size=8)))
    return [
        Announcement(
            number,
            draw(st.fixed_dictionaries({}, optional=FIELDS)),
            (start, IDEAS[start:stop]),
            draw(some),
            draw(some),
            draw(some),
        )
        for number, (start, stop) in enumerate(zip([0, *cuts], cuts, strict=False), 1)
    ]


def told(*announcements: Announcement) -> KnownPoll:
    poll = KnownPoll("poll_01", "nerc")
    for it in announcements:
        poll.announce(it.number, **it.fields)
        poll.announce_ideas(
            it.number,
            *it.ideas,
            withdrawn=it.withdrawn,
            removed=it.removed,
            returned=it.returned,
        )
    return poll


@given(histories(), st.data())
def test_order_and_repeats_are_of_no_matter(
    history: list[Announcement], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(history))) if history else []
    shuffled = data.draw(st.permutations([*history, *repeats]))
    assert told(*shuffled) == told(*history)


@given(histories())
def test_a_poll_is_what_its_announcements_said(history: list[Announcement]) -> None:
    said: dict[str, Any] = {}
    for announcement in history:
        said |= announcement.fields
    poll = told(*history)
    assert poll.accepting == said.get("accepting", False)
    assert poll.closes_at_ms == said.get("closes_at_ms", 0)
    assert poll.rules == said.get("rules")
    ideas = [idea for it in history for idea in it.ideas[1]]
    assert poll.ideas == {idea: ordinal for ordinal, idea in enumerate(ideas)}
    off, removed = set[str](), set[str]()
    for it in history:
        off = (off | {*it.withdrawn, *it.removed}) - set(it.returned)
        removed = (removed | set(it.removed)) - set(it.returned)
    assert {idea for idea in IDEAS if poll.takes([idea])} == set(IDEAS) - off
    assert poll.removed() == {poll.ideas[idea] for idea in removed if idea in poll.ideas}


def test_a_poll_never_announced_takes_nothing() -> None:
    poll = KnownPoll("poll_01", "nerc")
    assert not poll.accepting
    assert not poll.ideas
    assert poll.rules is None
    assert not poll.surely_open_at(0)


CLOSES_AT_9 = Announcement(1, {"closes_at_ms": 9})
ABOUT_TO_BE_5 = Announcement(2, {"accepts_until_ms": 5})
IS_5 = Announcement(3, {"closes_at_ms": 5})
IS_20 = Announcement(3, {"closes_at_ms": 20})
FROM_9_TO_20 = Announcement(2, {"accepts_until_ms": 9, "closes_at_ms": 20})


@pytest.mark.parametrize(
    ("later", "at_ms", "is_open"),
    [
        ([], 8, True),
        ([], 9, False),
        ([ABOUT_TO_BE_5], 4, True),
        ([ABOUT_TO_BE_5], 5, False),
        ([ABOUT_TO_BE_5], 9, False),
        # Once the new closing time is announced, nothing is about to be.
        ([ABOUT_TO_BE_5, IS_5], 4, True),
        ([ABOUT_TO_BE_5, IS_5], 5, False),
        ([ABOUT_TO_BE_5, IS_20], 9, True),
        # Announced together, from the one closing time to the other nothing is certain.
        ([FROM_9_TO_20], 8, True),
        ([FROM_9_TO_20], 9, False),
        ([FROM_9_TO_20], 20, False),
    ],
)
def test_what_is_in_time(later: list[Announcement], at_ms: int, is_open: bool) -> None:
    assert told(CLOSES_AT_9, *later).surely_open_at(at_ms) is is_open


STANDING = Announcement(1, {"rules": Rules()}, (0, IDEAS))
CHANGEABLE = Announcement(1, {"rules": Rules(kind="changeable", ideas_per_ballot=2)}, (0, IDEAS))
VOTE = Vote("v", "poll_01", "voter_1", ("boaty",), "pass_1")


def ballot(*ideas: int, revision: int = 0) -> Ballot:
    return Ballot(ideas, ("web",) * len(ideas), 1, revision)


@pytest.mark.parametrize(
    ("counted", "limit", "settled"),
    [
        (None, 1, None),
        (ballot(), 1, None),
        (ballot(0), 1, Settled.COUNTED),
        (ballot(1), 1, Settled.FULL),
        (ballot(1), 2, None),
        (ballot(1, 0), 2, Settled.COUNTED),
        (ballot(1, 2), 2, Settled.FULL),
        (ballot(2, 1), 1, Settled.FULL),
        (ballot(1, 2, 3, 4), None, None),
        (ballot(1, 2, 3, 0), None, Settled.COUNTED),
    ],
)
def test_what_a_counted_ballot_settles(
    counted: Ballot | None, limit: int | None, settled: Settled | None
) -> None:
    poll = told(STANDING, Announcement(2, {"rules": Rules(ideas_per_ballot=limit)}))
    assert settle(poll, counted, VOTE) is settled


def test_only_a_removed_idea_frees_its_place() -> None:
    """One that is withdrawn still counts in the log."""
    withdrawn = Announcement(2, withdrawn=("poppy",))
    removed = Announcement(3, removed=("poppy",))
    assert settle(told(STANDING, withdrawn), ballot(1), VOTE) is Settled.FULL
    assert settle(told(STANDING, withdrawn, removed), ballot(1), VOTE) is None
    assert settle(told(STANDING, withdrawn, removed), ballot(1, 2), VOTE) is Settled.FULL


def merged(*ideas: int, pairs: tuple[tuple[int, int], ...], revision: int = 0) -> Ballot:
    return msgspec.structs.replace(ballot(*ideas, revision=revision), merged=pairs)


@pytest.mark.parametrize(
    ("counted", "idea", "settled"),
    [
        # The place of a vote that has not gone along yet is not free.
        (ballot(0, 2), "cold", Settled.FULL),
        (merged(0, 2, pairs=((0, 1),)), "cold", Settled.FULL),
        # Both votes count together, and leave a place.
        (merged(0, 1, pairs=((0, 1),)), "cold", None),
        (merged(0, 1, 3, pairs=((0, 1),)), "david", Settled.FULL),
        # A repeat of what was voted for is told so; what it counts for may be voted for, too.
        (merged(0, 2, pairs=((0, 1),)), "boaty", Settled.COUNTED),
        (merged(0, 2, pairs=((0, 1),)), "poppy", None),
        (merged(0, 1, pairs=((0, 1),)), "poppy", Settled.COUNTED),
        (ballot(2), "boaty", Settled.WITHDRAWN),
        (None, "boaty", Settled.WITHDRAWN),
    ],
)
def test_what_a_ballot_with_merged_ideas_settles(
    counted: Ballot | None, idea: str, settled: Settled | None
) -> None:
    """Boaty (0) goes on in poppy (1): it takes no votes, and no place is announced to be free."""
    poll = told(
        STANDING,
        Announcement(2, {"rules": Rules(ideas_per_ballot=2)}, withdrawn=("boaty",)),
    )
    assert settle(poll, counted, msgspec.structs.replace(VOTE, idea_ids=(idea,))) is settled


def test_a_stated_ballot_is_known_by_what_was_voted_for() -> None:
    poll = told(CHANGEABLE, Announcement(2, withdrawn=("boaty",)))
    counted = merged(0, 2, pairs=((0, 1),), revision=4)
    vote = msgspec.structs.replace(VOTE, idea_ids=("boaty", "henry"), revision=4)
    assert settle(poll, counted, vote) is Settled.COUNTED
    as_it_counts = msgspec.structs.replace(vote, idea_ids=("poppy", "henry"))
    assert settle(poll, counted, as_it_counts) == Outdated(4)
    assert settle(poll, counted, msgspec.structs.replace(as_it_counts, revision=5)) is None


def test_an_idea_that_has_returned_takes_votes_again() -> None:
    away, back = Announcement(2, withdrawn=("boaty",)), Announcement(3, returned=("boaty",))
    assert settle(told(STANDING, back, away), None, VOTE) is None
    again = Announcement(4, withdrawn=("boaty",))
    assert settle(told(STANDING, again, back, away), None, VOTE) is Settled.WITHDRAWN


@pytest.mark.parametrize("how", ["withdrawn", "removed"])
@pytest.mark.parametrize("kind", [STANDING, CHANGEABLE])
def test_an_idea_that_is_taken_off_is_not_voted_for(kind: Announcement, how: str) -> None:
    off = Announcement(2, withdrawn=("boaty",) if how == "withdrawn" else ())
    off = replace(off, removed=("boaty",) if how == "removed" else ())
    poll = told(kind, off)
    vote = msgspec.structs.replace(VOTE, revision=2 if kind is CHANGEABLE else None)
    assert settle(poll, None, vote) is Settled.WITHDRAWN
    assert settle(poll, ballot(revision=1), vote) is Settled.WITHDRAWN
    # Whoever sends again what has been counted is told so, as before.
    assert settle(poll, ballot(0, revision=vote.revision or 0), vote) is Settled.COUNTED
    assert settle(poll, None, msgspec.structs.replace(vote, idea_ids=("poppy",))) is None


@pytest.mark.parametrize(
    ("counted", "revision", "settled"),
    [
        (None, 1, None),
        (ballot(0, 2, revision=1), 1, Settled.COUNTED),
        (ballot(0, 2, revision=1), 2, None),
        (ballot(0, revision=1), 1, Outdated(1)),
        (ballot(0, 2, revision=7), 6, Outdated(7)),
        (ballot(revision=3), 3, Outdated(3)),
    ],
)
def test_what_a_stated_ballot_settles(
    counted: Ballot | None, revision: int, settled: Settled | Outdated | None
) -> None:
    vote = msgspec.structs.replace(VOTE, idea_ids=("henry", "boaty"), revision=revision)
    assert settle(told(CHANGEABLE), counted, vote) == settled


def test_a_ballot_taken_back_is_counted_too() -> None:
    vote = msgspec.structs.replace(VOTE, idea_ids=(), revision=3)
    assert settle(told(CHANGEABLE), ballot(revision=3), vote) is Settled.COUNTED
