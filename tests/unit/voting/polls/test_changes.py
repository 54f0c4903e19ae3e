from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from groundswell_voting.polls import rules
from groundswell_voting.polls.refusals import CLOSING
from groundswell_voting.polls.rules import (
    ClosingChange,
    DeadlineChange,
    IdeasChange,
    PauseChange,
    Poll,
    PollStage,
    VotersChange,
    What,
    applied,
    refusal,
    takes_away,
)
from groundswell_voting.voteslog.rules import Rules

CLOSES = datetime(2016, 4, 16, tzinfo=UTC)
POLL = Poll(
    poll_id="poll_01",
    brand_id="nerc",
    contest_id="con_01",
    idea_ids=("a", "b", "c"),
    removed_idea_ids=("b",),
    rules=Rules(),
    closes_at=CLOSES,
    stage=PollStage.OPEN,
)
LATER, EARLIER = CLOSES + timedelta(days=1), CLOSES - timedelta(days=1)
SOMEBODY = VotersChange("set_aside", "c-1", "Why.", voters=("v",), resolved=("v",))
NOBODY = VotersChange("reinstate", "c-1", "Why.", pass_ids=("p",), resolved=())


@pytest.mark.parametrize(
    "what",
    [
        IdeasChange(added=("d", "e")),
        IdeasChange(removed=("a",)),
        IdeasChange(removed=("a", "c")),
        IdeasChange(added=("d",), removed=("c",)),
        ClosingChange(LATER),
        ClosingChange(EARLIER),
        PauseChange(paused=True),
        PauseChange(paused=False),
        DeadlineChange(CLOSES, (("a", 1),)),
    ],
)
def test_an_open_poll_may_be_changed_and_no_other(what: What) -> None:
    for stage in PollStage:
        reason = refusal(replace(POLL, stage=stage), what)
        assert (reason is None) == (stage is PollStage.OPEN), stage


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        (IdeasChange(added=("a",)), "a is on the ballot already."),
        (IdeasChange(added=("d", "a")), "a is on the ballot already."),
        (IdeasChange(added=("b",)), "b was removed and cannot come back."),
        (IdeasChange(removed=("a", "z")), "z is not on the ballot."),
        (IdeasChange(added=("d",), removed=("d",)), "An idea is named twice."),
        (IdeasChange(removed=("a", "a")), "An idea is named twice."),
        (IdeasChange(added=("d", "d")), "An idea is named twice."),
        (ClosingChange(CLOSES), "The poll closes at that time already."),
        (NOBODY, "Nobody has voted with these passes."),
    ],
)
def test_what_cannot_be_is_refused(what: What, reason: str) -> None:
    refused = refusal(POLL, what)
    assert refused is not None
    assert refused.words == reason


def test_what_is_to_close_is_paused_and_does_not_go_on() -> None:
    closing = replace(POLL, close_requested=True)
    assert refusal(closing, PauseChange(paused=True)) is None
    assert refusal(closing, PauseChange(paused=False)) == CLOSING


def test_a_ballot_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MAX_IDEAS", 4)
    assert refusal(POLL, IdeasChange(added=("d",))) is None
    assert refusal(POLL, IdeasChange(added=("d", "e"))) is not None


@pytest.mark.parametrize("stage", PollStage)
def test_voters_are_set_aside_also_from_a_closed_poll(stage: PollStage) -> None:
    """Whether it is too late is decided when it is asked for."""
    assert refusal(replace(POLL, stage=stage), SOMEBODY) is None


@pytest.mark.parametrize(
    ("what", "takes"),
    [
        (IdeasChange(added=("d",)), False),
        (IdeasChange(removed=("a",)), True),
        (IdeasChange(added=("d",), removed=("a",)), True),
        (ClosingChange(LATER), False),
        (ClosingChange(EARLIER), True),
        (PauseChange(paused=True), False),
        (DeadlineChange(CLOSES, (("a", 1),)), False),
        (SOMEBODY, False),
    ],
)
def test_what_takes_away_is_told_from_what_gives(what: What, takes: bool) -> None:
    assert takes_away(POLL, what) == takes


def test_a_change_leaves_its_mark_on_the_poll() -> None:
    after = replace(POLL, **applied(POLL, IdeasChange(added=("d",), removed=("a",))))
    assert list(after.idea_ids) == ["a", "b", "c", "d"]
    assert list(after.removed_idea_ids) == ["b", "a"]
    assert replace(POLL, **applied(POLL, ClosingChange(LATER))).closes_at == LATER


def test_an_idea_that_has_left_keeps_no_other_on_the_ballot() -> None:
    """A ladder removes what missed its step, whatever its brand has removed meanwhile."""
    both = IdeasChange(removed=("b", "c"))
    assert refusal(POLL, both) is None
    assert list(replace(POLL, **applied(POLL, both)).removed_idea_ids) == ["b", "c"]
    for what in (PauseChange(paused=True), SOMEBODY):
        assert applied(POLL, what) == {}
