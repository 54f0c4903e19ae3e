"""What is left of an amendment that a poll could not take, and how its contest stands then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from groundswell_ideas.amendments.rules.refusals import (
    Refusal,
    Standing,
    as_it_stands,
    done_of,
)
from groundswell_ideas.contests.rules import Contest, PhaseReached
from groundswell_ideas.polls.rules import IdeaMerge, Poll, PollChange, PollRules, changed

NOW = datetime(2026, 4, 1, tzinfo=UTC)
CLOSING = datetime(2026, 4, 16, 23, tzinfo=UTC)
LATER = CLOSING + timedelta(days=1)
PAIR, OTHER = IdeaMerge("a", "b"), IdeaMerge("c", "b")
POLL = Poll(
    id="poll_1", name="north", rules=PollRules(), idea_ids=("a", "b", "c"), closes_at=CLOSING
)
SOUTH = replace(POLL, id="poll_2", name="south")
HERE = Standing(on_ballot=("a",), merged=(), closes_at=CLOSING)


def change(
    added: tuple[str, ...] = (),
    removed: tuple[str, ...] = (),
    merged: tuple[IdeaMerge, ...] = (),
    unmerged: tuple[IdeaMerge, ...] = (),
    closes_at: datetime | None = None,
) -> PollChange:
    return PollChange(
        poll_id="poll_1",
        added_idea_ids=added,
        removed_idea_ids=removed,
        merged=merged,
        unmerged=unmerged,
        closes_at=closes_at,
    )


@pytest.fixture
def contest(draft: Contest) -> Contest:
    phases = (PhaseReached("voting", NOW),)
    return replace(draft, phases=phases, shortlist=("a", "b", "c"), polls=(POLL, SOUTH))


def with_(contest: Contest, *changes: PollChange) -> Contest:
    """The contest once its first poll is amended so."""
    poll = contest.polls[0]
    for each in changes:
        poll = changed(poll, each)
    return replace(contest, polls=(poll, SOUTH))


def test_of_a_change_that_is_left_which_was_not_refused() -> None:
    whole = change(("d",), ("c",), (PAIR, OTHER), closes_at=LATER)
    refused = [change(("d",), ("c",)), change(merged=(OTHER,)), change(closes_at=LATER)]
    refusals = [Refusal(part, "closed", "Too late.", NOW) for part in refused]
    assert done_of(whole, refusals) == change(merged=(PAIR,))
    assert done_of(whole, refusals[:1]) == change(merged=(PAIR, OTHER), closes_at=LATER)
    assert done_of(whole, []) == whole
    undone = change(unmerged=(PAIR,))
    assert done_of(undone, [Refusal(undone, "closed", "Too late.", NOW)]) == change()


@pytest.mark.parametrize(
    ("refused", "standing"),
    [
        (change(merged=(PAIR,)), HERE),
        (change(removed=("a",)), HERE),
        (change(("d",), ("a",)), HERE),
        (change(closes_at=LATER), replace(HERE, on_ballot=())),
    ],
    ids=["merged", "removed", "added and removed", "closing"],
)
def test_the_poll_is_as_voting_has_it(
    contest: Contest, refused: PollChange, standing: Standing
) -> None:
    amended = with_(contest, refused)
    after = as_it_stands(amended, refused, standing, [])
    poll = after.polls[0]
    assert set(poll.idea_ids) == {"a", "b", "c"}
    assert (poll.removed_idea_ids, poll.merged, poll.closes_at) == ((), (), CLOSING)
    assert (after.polls[1], after.version) == (SOUTH, amended.version + 1)
    assert as_it_stands(after, refused, standing, []) == after


def test_a_merge_that_could_not_be_undone_stands(contest: Contest) -> None:
    undone = change(unmerged=(PAIR,))
    amended = with_(contest, change(merged=(PAIR,)), undone)
    standing = Standing(on_ballot=(), merged=(PAIR,), closes_at=CLOSING)
    poll = as_it_stands(amended, undone, standing, []).polls[0]
    assert (poll.idea_ids, poll.merged) == (("b", "c"), (PAIR,))


def test_a_merge_that_never_was_is_not_made_by_a_refusal_to_undo_it(contest: Contest) -> None:
    merge, undone = change(merged=(PAIR,)), change(unmerged=(PAIR,))
    amended = with_(contest, merge, undone)
    first = as_it_stands(amended, merge, HERE, [undone])
    assert as_it_stands(first, undone, HERE, []).polls[0].merged == ()
    assert set(first.polls[0].idea_ids) == {"a", "b", "c"}


@pytest.mark.parametrize("later", [change(removed=("a",)), change(merged=(IdeaMerge("a", "c"),))])
def test_what_was_amended_since_is_left_as_it_is(contest: Contest, later: PollChange) -> None:
    merge = change(merged=(PAIR,), closes_at=LATER)
    amended = with_(contest, later, change(closes_at=LATER))
    for follows in ([later, change(closes_at=LATER)], [later]):
        after = as_it_stands(amended, merge, HERE, follows)
        assert after.polls[0].idea_ids == amended.polls[0].idea_ids
        assert (after.polls[0].closes_at == LATER) == (len(follows) == 2)


def test_an_idea_that_is_off_the_ballot_otherwise_stays_off(contest: Contest) -> None:
    """Voting took it off for good, as it missed a step: it goes on in none, and has been there."""
    merge, undone = change(merged=(PAIR,)), change(unmerged=(PAIR,))
    standing = Standing(on_ballot=(), merged=(), closes_at=CLOSING)
    for amended, refused in (
        (with_(contest, merge), merge),
        (with_(contest, merge, undone), undone),
    ):
        after = as_it_stands(amended, refused, standing, [])
        poll = after.polls[0]
        assert (poll.idea_ids, poll.removed_idea_ids, poll.merged) == (("b", "c"), ("a",), ())
        assert as_it_stands(after, refused, standing, []) == after


def test_an_idea_that_could_not_come_was_never_there(contest: Contest) -> None:
    refused = change(("d",))
    poll = as_it_stands(with_(contest, refused), refused, HERE, []).polls[0]
    assert (poll.idea_ids, poll.removed_idea_ids) == (("a", "b", "c"), ())
