"""Which event tells whom what, and where it leads."""

import pytest

from groundswell_contracts.contests import ContestPhaseChanged
from groundswell_contracts.event import Event
from groundswell_contracts.people import PersonErased
from groundswell_contracts.rewards import RewardDeclined
from groundswell_notifications.audience.rules import KINDS
from groundswell_notifications.messages.occasions import occasion

EVERYBODY = None
WHERE_IT_LEADS = {
    "idea_received": ("person_1", "/ideas/idea_1"),
    "idea_approved": ("person_1", "/ideas/idea_1"),
    "idea_rejected": ("person_1", "/ideas/idea_1"),
    "idea_shortlisted": ("person_1", "/ideas/idea_1"),
    "idea_vetoed": ("person_1", "/contests/con_1/decision"),
    "voting_opened": (EVERYBODY, "/contests/con_1"),
    "result_published": (EVERYBODY, "/contests/con_1/decision"),
    "won": ("person_1", "/contests/con_1/decision"),
    "reward_offered": ("person_1", "/rewards"),
    "reward_granted": ("person_1", "/rewards"),
    "reward_reversed": ("person_1", "/rewards"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_its_event(kind: str, telling: dict[str, Event]) -> None:
    told = occasion(telling[kind])
    assert told is not None
    assert told.kind == kind
    assert told.contest_id == "con_1"
    assert (told.person_id, told.path) == WHERE_IT_LEADS[kind]
    assert told.idea_id == (None if told.person_id is EVERYBODY else "idea_1")


@pytest.mark.parametrize(
    "phase", ["submission", "moderation", "deliberation", "delivery", "closed"]
)
def test_other_phases_tell_nobody(phase: str) -> None:
    changed = {"contest_id": "con_1", "title": "t", "from_phase": "draft", "to_phase": phase}
    assert occasion(ContestPhaseChanged.model_validate(changed)) is None


def test_what_somebody_did_themselves_is_not_told_to_them() -> None:
    declined = RewardDeclined(
        reward_id="reward_1", payee_id="person_1", contest_id="con_1", idea_id="idea_1"
    )
    assert occasion(declined) is None
    assert occasion(PersonErased(person_id="person_1")) is None


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
