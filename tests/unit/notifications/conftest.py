"""One event of each kind that tells somebody something."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from groundswell_contracts.commitments import CommitmentOverdue, MilestoneReached
from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged
from groundswell_contracts.event import Event
from groundswell_contracts.ideas import (
    IdeaAnswered,
    IdeaApproved,
    IdeaHeld,
    IdeaMerged,
    IdeaRejected,
    IdeaShortlisted,
    IdeaSubmitted,
)
from groundswell_contracts.money import Money
from groundswell_contracts.rewards import RewardGranted, RewardOffered, RewardReversed
from groundswell_contracts.staff import ReviewAsked, ScoresAsked, StaffBriefed
from groundswell_contracts.winners import WinnerDeclined, WinnerSelected, WinnerVetoed

OPENS_AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CLOSES_AT = datetime(2026, 4, 16, 23, tzinfo=UTC)


def telling_events(title: str = "RRS Boaty", reason: str = "It floats.") -> dict[str, Event]:
    """By kind of message; `title` is the idea's and the contest's."""
    idea: dict[str, Any] = {
        "idea_id": "idea_1",
        "contest_id": "con_1",
        "participant_id": "person_1",
        "title": title,
    }
    reward: dict[str, Any] = {
        "reward_id": "reward_1",
        "payee_id": "person_1",
        "contest_id": "con_1",
        "idea_id": "idea_1",
        "idea_title": title,
        "amount": Money(amount_minor=50_000, currency="GBP"),
    }
    poll = {"poll_id": "poll_1", "rules": {}, "idea_ids": ["idea_1"], "closes_at": CLOSES_AT}
    amended: dict[str, Any] = {"contest_id": "con_1", "title": title, "reason": reason}
    return {
        "idea_received": IdeaSubmitted(**idea, summary="A name."),
        "idea_approved": IdeaApproved(**idea, reason=reason),
        "idea_rejected": IdeaRejected(**idea, reason=reason),
        "idea_held": IdeaHeld(**idea),
        "idea_merged": IdeaMerged(**idea, into_idea_id="idea_2", reason=reason),
        "idea_answered": IdeaAnswered(**idea, outcome="accepted", reason=reason),
        "idea_shortlisted": IdeaShortlisted(**idea),
        "idea_vetoed": WinnerVetoed(**idea, reason=reason),
        "won": WinnerSelected(**idea, reason=reason, rank=1),
        "win_ended": WinnerDeclined(**idea, cause="not_verified", reason=reason),
        "contest_paused": ContestAmended(**amended, number=1, paused=True),
        "contest_resumed": ContestAmended(**amended, number=2, paused=False),
        "milestone_reached": MilestoneReached(
            contest_id="con_1", milestone_id="ms_1", title=title, words=reason
        ),
        "voting_opened": ContestPhaseChanged.model_validate(
            {
                "contest_id": "con_1",
                "title": title,
                "from_phase": "submission",
                "to_phase": "voting",
                "polls": [poll],
            }
        ),
        "result_published": ContestPhaseChanged(
            contest_id="con_1", title=title, from_phase="deliberation", to_phase="decided"
        ),
        "reward_offered": RewardOffered(**reward),
        "reward_granted": RewardGranted(**reward, entry_id="entry_1"),
        "reward_reversed": RewardReversed(
            **reward, entry_id="entry_2", reverses="entry_1", reason=reason
        ),
        "staff_briefed": StaffBriefed(
            contest_id="con_1", title=title, words=reason, opens_at=OPENS_AT
        ),
        "scores_asked": ScoresAsked(
            contest_id="con_1",
            title=title,
            round_id="round_1",
            round=title,
            juror_ids=("staff_1", "staff_2"),
            closes_at=CLOSES_AT,
        ),
        "review_asked": ReviewAsked(
            contest_id="con_1",
            title=title,
            idea_id="idea_1",
            idea_title=title,
            expert_id="staff_3",
            opens_at=OPENS_AT,
            closes_at=CLOSES_AT,
        ),
        "answer_overdue": CommitmentOverdue(
            contest_id="con_1",
            title=title,
            answer_by=date(2026, 5, 6),
            to_answer=1_200,
            answered=7,
        ),
    }


@pytest.fixture
def telling() -> dict[str, Event]:
    return telling_events()


@pytest.fixture
def hostile() -> dict[str, Event]:
    """The same, with titles and reasons by somebody who would like to write headers."""
    encoded = "=?utf-8?q?a=0D=0ABcc=3A_spy=40evil=2Etest?="
    title = f"x\r\nBcc: spy@evil.test\n\n\u2028\u202eeman {encoded}"
    return telling_events(title, f"{title}\n.\r\nSubject: other")
