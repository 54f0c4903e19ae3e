"""Which event tells whom what, and where it leads."""

import pytest

from groundswell_contracts.contests import ContestAmended, ContestPhaseChanged
from groundswell_contracts.event import Event
from groundswell_contracts.people import MemberInvited, PersonErased
from groundswell_contracts.rewards import RewardDeclined
from groundswell_contracts.winners import WinnerDeclined
from groundswell_notifications.audience.rules import KINDS
from groundswell_notifications.messages.occasions import occasion

EVERYBODY = None
WHERE_IT_LEADS = {
    "idea_received": ("person_1", "/ideas/idea_1"),
    "idea_approved": ("person_1", "/ideas/idea_1"),
    "idea_rejected": ("person_1", "/ideas/idea_1"),
    "idea_held": ("person_1", "/ideas/idea_1"),
    "idea_merged": ("person_1", "/ideas/idea_2"),
    "idea_answered": ("person_1", "/ideas/idea_1"),
    "idea_shortlisted": ("person_1", "/ideas/idea_1"),
    "idea_vetoed": ("person_1", "/contests/con_1/decision"),
    "voting_opened": (EVERYBODY, "/contests/con_1"),
    "contest_paused": (EVERYBODY, "/contests/con_1"),
    "contest_resumed": (EVERYBODY, "/contests/con_1"),
    "result_published": (EVERYBODY, "/contests/con_1/decision"),
    "won": ("person_1", "/contests/con_1/decision"),
    "win_ended": ("person_1", "/contests/con_1/decision"),
    "milestone_reached": (EVERYBODY, "/contests/con_1/decision"),
    "reward_offered": ("person_1", "/rewards"),
    "reward_granted": ("person_1", "/rewards"),
    "reward_reversed": ("person_1", "/rewards"),
    "staff_briefed": (EVERYBODY, "/contests/con_1"),
    "scores_asked": (EVERYBODY, "/contests/con_1"),
    "review_asked": (EVERYBODY, "/ideas/idea_1"),
    "answer_overdue": (EVERYBODY, "/contests/con_1"),
}
NAMED = {"scores_asked": ("staff_1", "staff_2"), "review_asked": ("staff_3",)}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_event(kind: str, telling: dict[str, Event]) -> None:
    told = occasion(telling[kind])
    assert told is not None
    assert told.kind == kind
    assert told.contest_id == "con_1"
    assert (told.person_id, told.path) == WHERE_IT_LEADS[kind]
    is_of_contest = told.person_id is EVERYBODY and kind != "review_asked"
    assert told.idea_id == (None if is_of_contest else "idea_1")
    assert told.member_ids == NAMED.get(kind)


@pytest.mark.parametrize(
    "phase", ["submission", "moderation", "deliberation", "delivery", "closed"]
)
def test_other_phases_tell_nobody(phase: str) -> None:
    changed = {"contest_id": "con_1", "title": "t", "from_phase": "draft", "to_phase": phase}
    assert occasion(ContestPhaseChanged.model_validate(changed)) is None


def test_an_end_of_the_vote_that_is_not_everybody_s_is_told_to_nobody() -> None:
    """Regions vote until the evening of their own clocks: the last one's is too late for others."""
    ends = ["2026-12-01T14:00:00Z", "2026-12-01T15:00:00Z"]
    changed = {
        "contest_id": "con_1",
        "title": "t",
        "from_phase": "submission",
        "to_phase": "voting",
        "polls": [
            {"poll_id": f"poll_{n}", "rules": {}, "idea_ids": ["idea_1"], "closes_at": end}
            for n, end in enumerate(ends)
        ],
    }
    told = occasion(ContestPhaseChanged.model_validate(changed))
    assert told is not None
    assert told.facts["closes_at"] is None


def test_what_somebody_did_themselves_is_not_told_to_them() -> None:
    declined = RewardDeclined(
        reward_id="reward_1", payee_id="person_1", contest_id="con_1", idea_id="idea_1"
    )
    assert occasion(declined) is None
    turned_down = WinnerDeclined(
        contest_id="con_1",
        idea_id="idea_1",
        participant_id="person_1",
        title="t",
        cause="declined",
        reason="I have no time.",
    )
    assert occasion(turned_down) is None
    assert occasion(PersonErased(person_id="person_1")) is None
    assert occasion(MemberInvited(member_id="staff_1", roles=("editor",))) is None


def test_of_amendments_only_a_pause_and_its_end_are_told() -> None:
    widened = ContestAmended(
        contest_id="con_1", title="t", number=1, reason="It goes well.", pilot_widened=True
    )
    assert occasion(widened) is None


def test_a_strange_id_stays_within_its_path() -> None:
    changed = {
        "contest_id": "../x?y#z\n",
        "title": "t",
        "from_phase": "deliberation",
        "to_phase": "decided",
    }
    told = occasion(ContestPhaseChanged.model_validate(changed))
    assert told is not None
    assert told.path == "/contests/..%2Fx%3Fy%23z%0A/decision"
