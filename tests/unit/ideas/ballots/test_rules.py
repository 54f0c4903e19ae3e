from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from groundswell_ideas.amendments.rules import with_change
from groundswell_ideas.ballots.rules import (
    ballots_for,
    ballots_with,
    merged,
    obstacles_to_listing,
    obstacles_to_merging,
    obstacles_to_parting,
    parted,
    without,
)
from groundswell_ideas.contests.phases import enter
from groundswell_ideas.contests.rules import Contest, Winner
from groundswell_ideas.polls.rules import (
    BALLOT_MAXIMUM,
    BALLOTS_MAXIMUM,
    IdeaMerge,
    Poll,
    PollChange,
    PollRules,
)
from groundswell_ideas.submissions.rules import Idea
from groundswell_ideas.templates.catalogue import Templates


@pytest.fixture
def idea(idea: Idea) -> Idea:
    return replace(idea, region="Java")


def poll(now: datetime, **how: object) -> Poll:
    base = Poll(
        id="poll_1",
        name="",
        rules=PollRules(),
        idea_ids=(),
        closes_at=now + timedelta(days=1),
    )
    return replace(base, **how)  # type: ignore[arg-type]


@pytest.fixture
def ladder(draft: Contest, templates: Templates, now: datetime) -> Contest:
    programme = templates["support-ladder"].programme
    return enter(replace(draft, programme=programme, polls=(poll(now),)), "voting", now)


def test_an_idea_comes_on_the_open_ballots_of_its_region(
    ladder: Contest, idea: Idea, now: datetime
) -> None:
    polls = (
        poll(now, id="open"),
        poll(now, id="own", region="Java"),
        poll(now, id="other", region="Malaya"),
        poll(now, id="over", closes_at=now),
        poll(now, id="there", idea_ids=("idea_1",)),
        poll(now, id="gone", removed_idea_ids=("idea_1",)),
        poll(now, id="merged", merged=(IdeaMerge("idea_1", "idea_2"),)),
    )
    contest = replace(ladder, polls=polls)
    assert [(p.id, new) for p, new in ballots_for(contest, [idea], now)] == [
        ("open", [idea]),
        ("own", [idea]),
    ]
    assert [p.id for p in ballots_with(contest, idea, now)] == ["there"]


def test_where_ideas_do_not_come_in_during_the_vote_none_comes_on_a_ballot(
    draft: Contest, idea: Idea, now: datetime
) -> None:
    contest = enter(replace(draft, polls=(poll(now),)), "voting", now)
    assert ballots_for(contest, [idea], now) == []


def test_ballots_have_an_end(ladder: Contest, now: datetime) -> None:
    half = ("i",) * (BALLOTS_MAXIMUM // 2)
    north, south = (poll(now, id=name, idea_ids=half[:-3]) for name in ("north", "south"))
    contest = replace(ladder, polls=(north, south))
    assert obstacles_to_listing(contest, [north, south], 3) == []
    assert [o.rule for o in obstacles_to_listing(contest, [north, south], 4)] == ["maximum"]
    assert obstacles_to_listing(contest, [north], 6) == []


def test_a_ballot_has_an_end(ladder: Contest, now: datetime) -> None:
    almost = poll(now, idea_ids=("i",) * (BALLOT_MAXIMUM - 2), removed_idea_ids=("gone",))
    other = poll(now, id="other")
    contest = replace(ladder, polls=(almost, other))
    assert obstacles_to_listing(contest, [almost, other], 1) == []
    assert [o.rule for o in obstacles_to_listing(contest, [almost, other], 2)] == ["maximum"]
    assert obstacles_to_listing(contest, [other], 2) == []


def test_a_shortlist_loses_an_idea_in_all_its_parts(draft: Contest) -> None:
    listed = replace(draft, shortlist=("a", "b"), shortlists={"Java": ("a",), "Malaya": ("b",)})
    after = without(listed, "a")
    assert (after.shortlist, after.version) == (("b",), draft.version + 1)
    assert after.shortlists == {"Java": (), "Malaya": ("b",)}


ONE_INTO_TWO = IdeaMerge("idea_1", "idea_2")


@pytest.fixture
def other(idea: Idea) -> Idea:
    return replace(idea, id="idea_2")


def on_ballots(contest: Contest, *polls: Poll) -> Contest:
    return replace(contest, polls=polls, shortlist=("idea_1", "idea_2"))


def rules(contest: Contest, idea: Idea, into: Idea, now: datetime) -> list[str]:
    found = obstacles_to_merging(contest, idea, into, now, collected=False)
    return [o.rule for o in found]


def test_votes_go_along_on_all_open_ballots_that_have_both(
    ladder: Contest, idea: Idea, other: Idea, now: datetime
) -> None:
    both, one = ("idea_1", "idea_2"), ("idea_2",)
    contest = on_ballots(
        ladder,
        poll(now, id="first", idea_ids=both),
        poll(now, id="second", idea_ids=("idea_3", *both), paused=True),
        poll(now, id="without", idea_ids=one, removed_idea_ids=("idea_1",)),
    )
    assert rules(contest, idea, other, now) == []
    changes = merged(contest, idea, other, now)
    assert changes == [PollChange(poll_id=p, merged=(ONE_INTO_TWO,)) for p in ("first", "second")]
    for change in changes:
        contest = with_change(contest, change)
    assert [p.idea_ids for p in contest.polls] == [one, ("idea_3", "idea_2"), one]
    assert [p.merged for p in contest.polls] == [(ONE_INTO_TWO,), (ONE_INTO_TWO,), ()]
    assert contest.shortlist == both

    assert obstacles_to_parting(contest, idea, now) == []
    back = parted(contest, ["idea_1"], now)
    assert back == [PollChange(poll_id=p, unmerged=(ONE_INTO_TWO,)) for p in ("first", "second")]
    for change in back:
        contest = with_change(contest, change)
    assert [p.idea_ids for p in contest.polls[:2]] == [
        ("idea_2", "idea_1"),
        ("idea_3", "idea_2", "idea_1"),
    ]
    assert not any(p.merged for p in contest.polls)
    assert contest.polls[2].removed_idea_ids == ("idea_1",)


def test_an_idea_that_nobody_votes_on_has_no_votes_to_take_along(
    ladder: Contest, idea: Idea, other: Idea, now: datetime
) -> None:
    contest = on_ballots(ladder, poll(now, idea_ids=("idea_2",), removed_idea_ids=("idea_1",)))
    assert rules(contest, idea, other, now) == []
    assert merged(contest, idea, other, now) == []


def test_a_shortlist_that_is_not_voted_on_yet_is_left_first(
    draft: Contest, idea: Idea, other: Idea, now: datetime
) -> None:
    listed = replace(draft, shortlist=("idea_1", "idea_2"))
    assert rules(listed, idea, other, now) == ["on-ballot"]


def test_the_other_one_has_to_be_on_each_ballot_and_open_to_votes(
    ladder: Contest, idea: Idea, other: Idea, now: datetime
) -> None:
    both = poll(now, id="both", idea_ids=("idea_1", "idea_2"))
    alone = poll(now, id="alone", idea_ids=("idea_1",), removed_idea_ids=("idea_2",))
    assert rules(on_ballots(ladder, both, alone), idea, other, now) == ["on-ballot"]
    over = replace(both, id="over", closes_at=now)
    assert rules(on_ballots(ladder, both, over), idea, other, now) == ["counted"]
    assert rules(on_ballots(ladder, over), idea, other, now) == ["counted"]
    contest = on_ballots(ladder, both)
    answered = replace(other, answered_at=now)
    assert rules(contest, idea, answered, now) == ["answered"]
    assert rules(contest, replace(idea, answered_at=now), answered, now) == ["answered"] * 2


def test_what_waits_for_an_answer_or_won_goes_on_in_no_other_one(
    ladder: Contest, idea: Idea, other: Idea, now: datetime
) -> None:
    going = on_ballots(ladder, poll(now, idea_ids=("idea_1", "idea_2")))
    left = on_ballots(ladder, poll(now, idea_ids=("idea_2",), removed_idea_ids=("idea_1",)))
    for contest in (going, left):
        found = obstacles_to_merging(contest, idea, other, now, collected=True)
        assert [o.rule for o in found] == ["collected"]
    won = (Winner("idea_1", "It builds well.", None, now),)
    assert rules(replace(left, winners=won), idea, other, now) == ["on-ballot"]


def test_what_won_with_the_votes_of_another_one_keeps_them(
    ladder: Contest, idea: Idea, now: datetime
) -> None:
    going = poll(now, idea_ids=("idea_2",), merged=(ONE_INTO_TWO,))
    won = (Winner("idea_2", "It builds well.", None, now),)
    contest = replace(on_ballots(ladder, going), winners=won)
    assert [o.rule for o in obstacles_to_parting(contest, idea, now)] == ["won"]
    assert obstacles_to_parting(contest, replace(idea, id="idea_3"), now) == []


def test_what_a_poll_has_counted_as_one_is_not_parted(
    ladder: Contest, idea: Idea, now: datetime
) -> None:
    over = poll(now, closes_at=now, idea_ids=("idea_2",), merged=(ONE_INTO_TWO,))
    contest = on_ballots(ladder, over)
    assert [o.rule for o in obstacles_to_parting(contest, idea, now)] == ["counted"]
    assert parted(contest, ["idea_1"], now) == []
    # The other one had left that ballot, and with it the votes for both.
    left = replace(over, idea_ids=(), removed_idea_ids=("idea_2",))
    assert obstacles_to_parting(on_ballots(ladder, left), idea, now) == []


def test_ideas_that_left_for_others_count_in_full_ballots(ladder: Contest, now: datetime) -> None:
    gone = tuple(IdeaMerge(f"idea_{n}", "idea_x") for n in range(BALLOT_MAXIMUM))
    full = poll(now, merged=gone)
    found = obstacles_to_listing(replace(ladder, polls=(full,)), [full], 1)
    assert [o.rule for o in found] == ["maximum"]
