"""The page of a contest where something is missing: polls that are not open, a decision."""

from datetime import UTC, datetime
from typing import Any

import pytest

from groundswell_web.account.schemas import LANGUAGES
from groundswell_web.contests.rules import PHASES
from groundswell_web.contests.schemas import (
    Amendment,
    Contest,
    ContestPoll,
    IdeaMerge,
    PhaseReached,
    PollChange,
    Refusal,
)
from groundswell_web.pages import Pages
from groundswell_web.sessions.commands import NOBODY

START = datetime(2026, 11, 1, tzinfo=UTC)
PROMISED = [ContestPoll(id=None, name=name, closes_at=None) for name in ("North", "South")]


def page_of(phase: str, *reached: str, **more: Any) -> str:
    """What a stranger reads of a contest without ideas."""
    amendments = more.pop("amendments", [])
    contest = Contest(
        id="con_1",
        title="Name our ship",
        owner="NERC",
        rules="One vote each.",
        vote="advisory",
        timetable=None,  # type: ignore[arg-type] # as the service says that there is none
        answer_by=None,
        phase=phase,
        phases=[PhaseReached(phase=one, reached_at=START) for one in (*reached, phase)],
        polls=more.pop("polls", []),
        **more,
    )
    return Pages().piece(
        "contest.html",
        visitor=NOBODY,
        path="/contests/con_1",
        contest=contest,
        poll=None,
        several=len(contest.polls) > 1,
        ideas=[],
        media=[],
        more=None,
        via="",
        vote=None,
        follows=None,
        steps=[],
        amendments=amendments,
        phases=PHASES,
        languages=LANGUAGES,
        shown=10,
    )


def test_a_vote_may_begin_before_its_polls_do() -> None:
    page = page_of("voting", polls=PROMISED)
    assert "Voting opens in a moment." in page
    assert "poll=None" not in page


def test_what_was_never_decided_has_no_decision_to_see() -> None:
    assert "This contest is over" in page_of("closed", "submission")
    assert "/decision" not in page_of("closed", "submission")
    assert "This contest is decided" in page_of("closed", "submission", "decided", "delivery")


@pytest.mark.parametrize("phase", ["moderation", "voting"])
def test_the_record_can_be_followed_while_it_grows(phase: str) -> None:
    assert "/contests/con_1/decision" in page_of(phase)


def test_a_phase_that_is_not_known_here_is_named() -> None:
    assert "something_new" in page_of("something_new")


def test_briefs_lead_to_what_others_ask_for() -> None:
    assert "?briefs=yes" in page_of("submission", briefs=True)
    assert "?briefs=yes" not in page_of("submission")


def test_votes_that_did_not_move_are_not_said_to_have_moved() -> None:
    pair = IdeaMerge(idea_id="idea_1", into_idea_id="idea_2")
    for change in (PollChange(merged=(pair,)), PollChange(unmerged=(pair,))):
        done = Amendment(reason="The same ship.", amended_at=START, poll_changed=change)
        refusal = Refusal(refused=change, reason="The poll has closed.")
        late = done.model_copy(update={"refusals": (refusal,)})
        moved, stayed = (page_of("voting", amendments=[each]) for each in (done, late))
        told = ("count for that one", "has its votes back", "stay with that one")
        assert any(words in moved for words in told)
        assert not any(words in stayed for words in told)
        assert "Voting did not carry this out:</strong> The poll has closed." in stayed
