"""What a visitor is told of their own vote."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from groundswell_web.sessions.schemas import CastVote
from groundswell_web.voting.own import NO_VOTE, OwnVote, own_vote
from groundswell_web.voting.schemas import Ballot, PeriodBallot, Rules

NOW = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
ONE = Rules()
MANY = Rules(ideas_per_ballot=3)
CHANGEABLE = Rules(kind="changeable", ideas_per_ballot=2)
DAILY = Rules(period="day", time_zone="Europe/Berlin")
NOTHING = Ballot(periods=[])


def counted(*ideas: str, **more: Any) -> Ballot:
    """A ballot that counts; the vote for an idea has its name as receipt."""
    told: dict[str, Any] = {"period": "", "revision": None, "set_aside": False}
    told |= {"idea_ids": list(ideas), "vote_ids": list(ideas)}
    return Ballot(periods=[PeriodBallot(**told | more)])


def cast(
    *ideas: str, revision: int = 0, ago: timedelta = timedelta(), is_taken: bool = True
) -> CastVote:
    receipt = str(revision) if revision else ideas[0]
    return CastVote(
        idea_ids=ideas, vote_id=receipt, cast_at=NOW - ago, revision=revision, is_taken=is_taken
    )


@pytest.mark.parametrize(
    ("ballot", "taken", "verdict", "expected"),
    [
        (NOTHING, None, None, NO_VOTE),
        (None, None, None, OwnVote(is_known=False)),
        (counted("a"), None, None, OwnVote(("a",))),
        (counted("a"), cast("a"), None, OwnVote(("a",))),
        (counted("a"), cast("b"), "over_limit", OwnVote(("a",), lost=("b",))),
        (NOTHING, cast("a"), None, OwnVote(recorded=("a",))),
        (None, cast("a"), None, OwnVote(recorded=("a",))),
        (NOTHING, cast("a"), "not_known_yet", OwnVote(recorded=("a",))),
        (NOTHING, cast("a"), "counted", OwnVote(("a",))),
        (NOTHING, cast("a"), "too_late", OwnVote(lost=("a",))),
        (counted("a"), cast("b"), None, OwnVote(("a",), recorded=("b",))),
        (counted("a", set_aside=True), None, None, OwnVote(("a",), set_aside=True)),
    ],
)
def test_a_vote_that_was_taken_is_never_doubted_without_a_verdict(
    ballot: Ballot | None, taken: CastVote | None, verdict: str | None, expected: OwnVote
) -> None:
    assert own_vote(ONE, ballot, taken, verdict, NOW) == expected


@pytest.mark.parametrize(
    ("ballot", "taken", "verdict", "expected"),
    [
        (counted("a", revision=1), None, None, OwnVote(("a",), revision=1)),
        (NOTHING, cast("a", "b", revision=1), None, OwnVote(recorded=("a", "b"), revision=1)),
        # The newest ballot stands in the place of all before it.
        (counted("a", revision=1), cast("b", revision=2), None, OwnVote((), ("b",), revision=2)),
        (counted("a", revision=1), cast(revision=2), None, OwnVote(revision=2)),
        (counted("a", revision=3), cast("b", revision=2), None, OwnVote(("a",), revision=3)),
        (
            counted("a", revision=1),
            cast("b", revision=2),
            "too_late",
            OwnVote(("a",), lost=("b",), revision=2),
        ),
    ],
)
def test_a_later_ballot_takes_the_place_of_the_one_before(
    ballot: Ballot, taken: CastVote | None, verdict: str | None, expected: OwnVote
) -> None:
    assert own_vote(CHANGEABLE, ballot, taken, verdict, NOW) == expected


@pytest.mark.parametrize(
    ("ballot", "taken", "expected"),
    [
        (NOTHING, cast("a"), OwnVote(("a",), set_aside=True)),
        (counted("a"), cast("b"), OwnVote(("a", "b"), set_aside=True)),
        (
            counted("a", revision=1),
            cast("b", revision=2),
            OwnVote(("b",), revision=2, set_aside=True),
        ),
    ],
)
def test_a_receipt_may_say_first_that_votes_are_set_aside(
    ballot: Ballot, taken: CastVote, expected: OwnVote
) -> None:
    rules = CHANGEABLE if taken.revision else MANY
    assert own_vote(rules, ballot, taken, "set_aside", NOW) == expected


@pytest.mark.parametrize(
    ("taken", "verdict"),
    [(cast("b"), None), (cast("b"), "too_late"), (cast("b", revision=2), "not_known_yet")],
)
def test_votes_that_are_set_aside_stay_so_whatever_is_sent(
    taken: CastVote, verdict: str | None
) -> None:
    rules = CHANGEABLE if taken.revision else MANY
    ballot = counted("a", revision=1 if taken.revision else None, set_aside=True)
    assert own_vote(rules, ballot, taken, verdict, NOW).set_aside


@pytest.mark.parametrize(
    ("verdict", "lost"), [(None, None), ("not_known_yet", None), ("replaced", ("b",))]
)
def test_of_two_ballots_under_one_revision_the_one_that_lost_is_told(
    verdict: str | None, lost: tuple[str, ...] | None
) -> None:
    """Both were taken: they came from two tabs before either was counted."""
    ballot = counted("a", revision=1, vote_ids=["another receipt"])
    own = own_vote(CHANGEABLE, ballot, cast("b", revision=1), verdict, NOW)
    assert own == OwnVote(("a",), lost=lost, revision=1)


def test_taking_a_vote_back_may_be_lost_too() -> None:
    ballot = counted("a", revision=1, vote_ids=["another receipt"])
    own = own_vote(CHANGEABLE, ballot, cast(revision=1), "replaced", NOW)
    assert own == OwnVote(("a",), lost=(), revision=1)
    assert own_vote(CHANGEABLE, NOTHING, cast(revision=1), None, NOW).is_taken_back
    assert not own_vote(CHANGEABLE, NOTHING, cast(revision=1), "too_late", NOW).is_taken_back


@pytest.mark.parametrize(
    ("verdict", "one_more", "changed"),
    [
        (None, {"unknown": ("b",)}, {"counted": ("a",), "unknown": ("b",)}),
        ("not_known_yet", {"unknown": ("b",)}, {"counted": ("a",), "unknown": ("b",)}),
        ("too_late", {"lost": ("b",)}, {"counted": ("a",), "lost": ("b",)}),
        ("counted", {"counted": ("a", "b")}, {"counted": ("b",)}),
    ],
)
def test_what_may_not_have_arrived_is_said_so_until_its_receipt_tells(
    verdict: str | None, one_more: dict[str, Any], changed: dict[str, Any]
) -> None:
    added = own_vote(MANY, counted("a"), cast("b", is_taken=False), verdict, NOW)
    assert added == OwnVote(**{"counted": ("a",), **one_more})
    ballot = cast("b", revision=2, is_taken=False)
    stated = own_vote(CHANGEABLE, counted("a", revision=1), ballot, verdict, NOW)
    assert stated == OwnVote(**changed, revision=2)


def test_each_day_of_the_poll_has_a_ballot_of_its_own() -> None:
    """In Berlin the day after has begun."""
    yesterday, today = counted("a", period="2026-11-22"), counted("b", period="2026-11-23")
    assert own_vote(DAILY, yesterday, None, None, NOW) == NO_VOTE
    assert own_vote(DAILY, today, None, None, NOW).counted == ("b",)
    assert own_vote(DAILY, NOTHING, cast("c"), None, NOW).recorded == ("c",)
    earlier = cast("c", ago=timedelta(hours=1))
    assert own_vote(DAILY, NOTHING, earlier, None, NOW) == NO_VOTE


@pytest.mark.parametrize(
    ("rules", "ideas", "has_room"),
    [
        (ONE, (), True),
        (ONE, ("a",), False),
        (MANY, ("a", "b"), True),
        (MANY, ("a", "b", "c"), False),
        (Rules(ideas_per_ballot=None), tuple("abcdefgh"), True),
    ],
)
def test_there_is_room_until_all_votes_are_given(
    rules: Rules, ideas: tuple[str, ...], has_room: bool
) -> None:
    assert OwnVote(ideas).has_room(rules) is has_room
    assert OwnVote(recorded=ideas).has_room(rules) is has_room
