from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from groundswell_ideas.ballots.rules import (
    ballots_for,
    ballots_with,
    obstacles_to_listing,
    without,
)
from groundswell_ideas.contests.phases import enter
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.polls.rules import BALLOTS_MAXIMUM, Poll, PollRules
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
    )
    contest = replace(ladder, polls=polls)
    assert [p.id for p in ballots_for(contest, idea, now)] == ["open", "own"]
    assert [p.id for p in ballots_with(contest, idea, now)] == ["there"]


def test_where_ideas_do_not_come_in_during_the_vote_none_comes_on_a_ballot(
    draft: Contest, idea: Idea, now: datetime
) -> None:
    contest = enter(replace(draft, polls=(poll(now),)), "voting", now)
    assert ballots_for(contest, idea, now) == []


def test_ballots_have_an_end(ladder: Contest, now: datetime) -> None:
    full = replace(ladder, polls=(poll(now, idea_ids=("i",) * BALLOTS_MAXIMUM),))
    assert [o.rule for o in obstacles_to_listing(full, 1)] == ["maximum"]
    assert obstacles_to_listing(ladder, 1) == []


def test_a_shortlist_loses_an_idea_in_all_its_parts(draft: Contest) -> None:
    listed = replace(draft, shortlist=("a", "b"), shortlists={"Java": ("a",), "Malaya": ("b",)})
    after = without(listed, "a")
    assert (after.shortlist, after.version) == (("b",), draft.version + 1)
    assert after.shortlists == {"Java": (), "Malaya": ("b",)}
