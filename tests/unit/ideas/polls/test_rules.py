"""How a poll changes, and how many ideas its contest's ballots name."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundswell_ideas.polls.rules import (
    IdeaMerge,
    Poll,
    PollChange,
    PollRules,
    changed,
    ideas_on_ballots,
)

CLOSING = datetime(2026, 4, 16, tzinfo=UTC)
POLL = Poll(id="p", name="", rules=PollRules(), idea_ids=("a", "b", "c"), closes_at=CLOSING)


def test_ideas_come_behind_those_that_stay_and_leave_for_good() -> None:
    change = PollChange(poll_id="p", added_idea_ids=("e", "d"), removed_idea_ids=("b",))
    after = changed(POLL, change)
    assert (after.idea_ids, after.removed_idea_ids) == (("a", "c", "e", "d"), ("b",))
    assert (after.closes_at, after.paused, after.rules) == (CLOSING, False, POLL.rules)


def test_ideas_that_go_on_in_others_are_remembered_until_they_come_back() -> None:
    into_a, into_c = IdeaMerge("b", "a"), IdeaMerge("d", "c")
    merged = changed(POLL, PollChange(poll_id="p", merged=(into_a,)))
    assert (merged.idea_ids, merged.removed_idea_ids, merged.merged) == (("a", "c"), (), (into_a,))
    assert sorted(merged.all_idea_ids) == ["a", "b", "c"]
    assert ideas_on_ballots([merged]) == 3
    both = changed(replace(merged, merged=(into_a, into_c)), PollChange(poll_id="p", paused=True))
    assert both.merged == (into_a, into_c)
    back = changed(both, PollChange(poll_id="p", unmerged=(into_a,)))
    assert (back.idea_ids, back.merged) == (("a", "c", "b"), (into_c,))


@pytest.mark.parametrize("paused", [True, False])
def test_what_is_left_out_stays(paused: bool) -> None:
    before = changed(POLL, PollChange(poll_id="p", paused=paused))
    assert before.paused is paused
    assert changed(before, PollChange(poll_id="p")) == before
    later = CLOSING + timedelta(hours=1)
    moved = changed(before, PollChange(poll_id="p", closes_at=later))
    assert (moved.closes_at, moved.paused, moved.idea_ids) == (later, paused, POLL.idea_ids)


@given(st.lists(st.tuples(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30))), max_size=8))
def test_no_idea_is_lost_and_none_is_there_twice(steps: list[tuple[set[int], set[int]]]) -> None:
    """Whatever is added and removed one after another, ballot and removed ideas are disjoint."""
    poll, seen = POLL, set(POLL.idea_ids)
    for adding, removing in steps:
        added = tuple(str(n) for n in sorted(adding) if str(n) not in seen)
        removed = tuple(i for i in poll.idea_ids if i in {str(n) for n in removing})
        change = PollChange(poll_id="p", added_idea_ids=added, removed_idea_ids=removed)
        poll, seen = changed(poll, change), seen | set(added)
    everything = [*poll.idea_ids, *poll.removed_idea_ids]
    assert len(everything) == len(set(everything)) == len(seen) == ideas_on_ballots([poll])
    assert set(everything) == seen
