"""Which merges a poll takes, step by step, and what it knows of them afterwards."""

from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from groundswell_voting.polls.merging import (
    MergedIdea,
    MergedIdeaChange,
    MergedVotesChange,
    sources,
)
from groundswell_voting.polls.rules import (
    Change,
    IdeasChange,
    Poll,
    PollStage,
    What,
    applied,
    refusal,
    settled,
    takes_away,
)
from groundswell_voting.voteslog.rules import Rules

AT = datetime(2016, 4, 16, tzinfo=UTC)
POLL = Poll(
    "poll_01", "nerc", "con_01", ("a", "b", "c"), Rules(), AT, PollStage.OPEN, control_number=6
)


def leave(idea: str = "a", into: str = "b") -> What:
    return MergedIdeaChange(idea, into, "leave")


def merge(idea: str = "a", into: str = "b") -> What:
    return MergedVotesChange(idea, into, "merge")


def back(idea: str = "a", into: str = "b") -> What:
    return MergedIdeaChange(idea, into, "return")


def unmerge(idea: str = "a", into: str = "b") -> What:
    return MergedVotesChange(idea, into, "unmerge")


def after(*changes: What, poll: Poll = POLL) -> Poll:
    """The poll once these are made, as it comes back from where it is kept."""
    for what in changes:
        assert refusal(poll, what) is None, what
        fields = applied(poll, what) | settled(poll, what)
        kept = replace(poll, **fields, control_number=poll.control_number + 1)
        poll = TypeAdapter(Poll).validate_python(asdict(kept))
    return poll


def test_an_idea_leaves_and_its_votes_follow() -> None:
    left = after(leave())
    assert list(left.removed_idea_ids) == ["a"]
    assert left.merged == (MergedIdea("a", "b", 7),)
    assert after(merge(), poll=left).merged == (MergedIdea("a", "b", 7, votes_moved=True),)


def test_undone_it_is_as_before() -> None:
    away = after(leave(), merge())
    there = after(back(), poll=away)
    assert (list(there.removed_idea_ids), there.merged) == ([], away.merged)
    again = after(unmerge(), poll=there)
    assert (list(again.removed_idea_ids), again.merged) == ([], ())
    assert after(leave(), merge(), poll=again).merged == (
        MergedIdea("a", "b", 11, votes_moved=True),
    )


@pytest.mark.parametrize(
    ("before", "what"),
    [
        ((), leave("a", "a")),
        ((), leave("z", "b")),
        ((), leave("a", "z")),
        ((IdeasChange(removed=("b",)),), leave()),
        ((IdeasChange(removed=("a",)),), leave()),
        ((leave(), merge()), leave()),
        ((leave(), merge()), leave("c", "a")),
        ((), merge()),
        ((IdeasChange(removed=("a",)),), merge()),
        ((leave(),), merge("a", "c")),
        ((leave(), merge()), merge()),
        ((), back()),
        ((leave(), merge()), back("a", "c")),
        ((leave(), merge(), back()), back()),
        ((IdeasChange(removed=("a",)),), back()),
        ((leave(), merge(), IdeasChange(removed=("a",))), back()),
        ((leave(), merge(), leave("b", "c"), merge("b", "c")), back()),
        ((leave(), merge()), unmerge()),
        ((leave(), merge(), back(), unmerge()), unmerge()),
        ((leave(), merge()), IdeasChange(added=("a",))),
    ],
)
def test_what_does_not_follow_from_the_ballot_is_refused(
    before: tuple[What, ...], what: What
) -> None:
    assert refusal(after(*before), what) is not None


@pytest.mark.parametrize("stage", [PollStage.OPEN, PollStage.CLOSED, PollStage.SEALING])
def test_it_is_made_until_the_seal(stage: PollStage) -> None:
    """What was asked for in time is made, also when the end of voting comes between its steps."""
    poll = replace(POLL, stage=stage)
    assert after(leave(), merge(), back(), unmerge(), poll=poll).merged == ()


def test_the_last_merge_is_undone_first() -> None:
    poll = after(leave(), merge(), leave("b", "c"), merge("b", "c"))
    poll = after(back("b", "c"), unmerge("b", "c"), back(), unmerge(), poll=poll)
    assert (list(poll.removed_idea_ids), poll.merged) == ([], ())


def test_an_idea_goes_on_in_another_though_that_is_removed_later() -> None:
    poll = after(leave(), merge(), IdeasChange(removed=("b",)))
    assert list(after(back(), unmerge(), poll=poll).removed_idea_ids) == ["b"]


def test_whose_votes_count_for_an_idea() -> None:
    merged = (
        MergedIdea("a", "b", 2),
        MergedIdea("x", "b", 4, for_good=True),
        MergedIdea("b", "c", 6),
        MergedIdea("y", "z", 8),
    )
    assert sources(merged, "c") == {"a", "b", "c", "x"}
    assert sources(merged, "b") == {"a", "b", "x"}
    assert sources(merged, "a") == {"a"}


def test_leaving_takes_away_and_nothing_else_of_it_does() -> None:
    steps = (leave(), merge(), back(), unmerge())
    assert [takes_away(POLL, what) for what in steps] == [True, False, False, False]


@pytest.mark.parametrize("what", [leave(), merge(), back(), unmerge()])
def test_a_change_comes_back_from_where_it_is_kept(what: What) -> None:
    change = Change("change_1", "poll_01", "nerc", 1, what, asked_at=AT)
    kept = TypeAdapter(Change).dump_python(change)
    assert TypeAdapter(Change).validate_python(kept) == change
