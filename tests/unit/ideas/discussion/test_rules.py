from dataclasses import replace
from datetime import datetime, timedelta
from typing import get_args

import pytest

from groundswell_ideas.audit.rules import Why
from groundswell_ideas.contests.phases import enter
from groundswell_ideas.contests.rules import Contest
from groundswell_ideas.discussion.rules import (
    EDITING,
    Comment,
    Speaker,
    Status,
    decided,
    deleted,
    edited,
    for_reader,
    may_read,
    obstacles_to_commenting,
    obstacles_to_editing,
    obstacles_to_replying,
    waits,
)
from groundswell_ideas.submissions.rules import Idea


@pytest.fixture
def idea(idea: Idea) -> Idea:
    return replace(idea, status="approved")


@pytest.fixture
def comment(now: datetime) -> Comment:
    return Comment(
        brand_id="nerc",
        contest_id="con_1",
        idea_id="idea_1",
        id="com_1",
        kind="question",
        about="question",
        author_id="per_2",
        text="Would it float?",
        status="published",
        shown=True,
        posted_at=now,
    )


def test_replies_stand_behind_what_they_answer(comment: Comment) -> None:
    reply = replace(comment, id="com_5", parent_id="com_1")
    later = replace(comment, id="com_3")
    placed = sorted([later, reply, comment], key=lambda one: one.place)
    assert [one.id for one in placed] == ["com_1", "com_5", "com_3"]


@pytest.mark.parametrize("status", get_args(Status))
def test_what_is_published_is_for_everybody(comment: Comment, status: Status) -> None:
    one = replace(comment, status=status)
    assert may_read(one, None, None) == (status == "published")
    assert may_read(one, "other", "per_3") == (status == "published")
    assert may_read(one, None, "per_2")
    assert may_read(one, "nerc", "ed_1")


def test_a_stone_says_nothing(comment: Comment, now: datetime) -> None:
    turned_down = decided(comment, approved=False, why=Why(code="insulting", words="No."), at=now)
    stone = for_reader(turned_down, None, "per_3")
    assert (stone.author_id, stone.text, stone.why) == ("", None, Why())
    assert for_reader(turned_down, None, "per_2") == turned_down
    gone = deleted(comment, now)
    assert gone.text is None
    assert for_reader(gone, "nerc", "ed_1").author_id == ""


def test_approved_ideas_are_discussed_until_the_contest_is_closed(
    draft: Contest, idea: Idea, now: datetime
) -> None:
    contest = enter(draft, "submission", now)
    assert obstacles_to_commenting(contest, idea) == []
    assert [o.rule for o in obstacles_to_commenting(enter(contest, "closed", now), idea)] == [
        "phase"
    ]
    waiting = replace(idea, status="submitted")
    assert [o.rule for o in obstacles_to_commenting(contest, waiting)] == ["status"]


def test_threads_are_one_level_deep(idea: Idea, comment: Comment, now: datetime) -> None:
    def rules(parent: Comment | None) -> list[str]:
        return [obstacle.rule for obstacle in obstacles_to_replying(idea, parent)]

    assert rules(comment) == []
    assert rules(None) == ["unknown"]
    assert rules(replace(comment, idea_id="idea_2")) == ["unknown"]
    assert rules(replace(comment, status="held", shown=False)) == ["unknown"]
    assert rules(replace(comment, parent_id="com_0")) == ["depth"]
    assert rules(deleted(comment, now)) == ["gone"]


def test_a_comment_can_be_edited_for_a_quarter_of_an_hour(comment: Comment, now: datetime) -> None:
    last = now + EDITING - timedelta(milliseconds=1)
    assert obstacles_to_editing(comment, last) == []
    assert [o.rule for o in obstacles_to_editing(comment, now + EDITING)] == ["past"]
    assert [o.rule for o in obstacles_to_editing(deleted(comment, now), now)] == ["final"]


def test_an_edit_lets_nothing_out_that_waits(comment: Comment, now: datetime) -> None:
    waiting = replace(comment, status="held", shown=False)
    assert edited(waiting, "Would it?", waiting=False, at=now).status == "held"
    assert edited(comment, "Would it?", waiting=True, at=now).status == "held"
    assert edited(comment, "Would it?", waiting=False, at=now).status == "published"


def test_who_waits_for_an_editor(draft: Contest) -> None:
    person, staff = Speaker("per_1"), Speaker("ed_1", "nerc")
    selfish = replace(draft, terms=replace(draft.terms, moderation="self_publishing"))
    assert waits(draft, person, held=False)
    assert waits(draft, person, held=True)
    assert not waits(selfish, person, held=False)
    assert waits(selfish, person, held=True)
    assert not waits(draft, staff, held=True)


def test_a_place_that_everybody_has_seen_stays(comment: Comment, now: datetime) -> None:
    unseen = replace(comment, status="held", shown=False)
    assert not decided(unseen, approved=False, why=Why(), at=now).shown
    assert decided(unseen, approved=True, why=Why(), at=now).shown
    assert decided(comment, approved=False, why=Why(), at=now).shown


def test_why_a_comment_was_let_in_is_for_its_author_and_the_brand(
    comment: Comment, now: datetime
) -> None:
    why = Why(words="A rival reported it.")
    let_in = decided(comment, approved=True, why=why, at=now)
    assert for_reader(let_in, None, "per_3").why == Why()
    assert for_reader(let_in, None, "per_3").text == comment.text
    assert for_reader(let_in, "nerc", "ed_1").why == why
    assert for_reader(let_in, None, "per_2").why == why
