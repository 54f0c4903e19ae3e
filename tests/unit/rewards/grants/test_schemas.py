from dataclasses import replace

import pytest
from pydantic import ValidationError

from groundswell_rewards.grants.rules import Acceptance, Win, WinEnd, offered_reward
from groundswell_rewards.grants.schemas import REWARD, NewAcceptance, RewardAnswer
from groundswell_rewards.ledger.schemas import ENTRY, EntryAnswer
from groundswell_rewards.plans.rules import Plan
from tests.unit.rewards.conftest import NOW


def test_the_examples_are_answers() -> None:
    assert RewardAnswer.model_validate(REWARD).model_dump(mode="json") == REWARD
    assert EntryAnswer.model_validate(ENTRY).model_dump(mode="json") == ENTRY


def test_an_answer_shows_what_happened(win: Win, plan: Plan) -> None:
    happened = replace(
        win, acceptance=Acceptance("ab" * 32, NOW), end=WinEnd("vetoed", "not theirs", NOW)
    )
    shown = RewardAnswer.of(offered_reward(happened, plan)).model_dump()
    assert (shown["status"], shown["accepted_at"], shown["declined_at"]) == ("reversed", NOW, None)
    assert shown["win_ended"] == {
        "cause": "vetoed",
        "reason": "not theirs",
        "ended_at": NOW,
    }
    assert shown["amount"] == {"amount_minor": 50_000, "currency": "GBP"}


@pytest.mark.parametrize("wrong", ["", "0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n", 7, None])
def test_terms_are_named_by_their_hash(wrong: object) -> None:
    NewAcceptance(terms_hash="0a" * 32)
    with pytest.raises(ValidationError):
        NewAcceptance.model_validate({"terms_hash": wrong})
    with pytest.raises(ValidationError):
        NewAcceptance.model_validate({"terms_hash": "0a" * 32, "sure": True})
