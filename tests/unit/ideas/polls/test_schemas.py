"""The rules of a poll as a brand states them: what is wrong is named, the rest is kept exactly."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from groundswell_contracts.poll_rules import PollRules as Frozen
from groundswell_ideas.polls.events import rules_to
from groundswell_ideas.polls.rules import Eligibility, LadderStep, PollRules
from groundswell_ideas.polls.schemas import PollBody, PollRulesBody

STEP = {"votes": 100, "within_seconds": 3_600}
LADDER: dict[str, Any] = {"ideas_per_ballot": None, "ladder": [STEP, STEP | {"votes": 1_000}]}


def refused_fields(rules: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        PollRulesBody.model_validate(rules)
    return [".".join(map(str, error["loc"])) for error in refusal.value.errors()]


def test_what_is_not_said_is_what_the_contract_says() -> None:
    assert PollRulesBody().value() == PollRules()
    assert rules_to(PollRules()) == Frozen()
    assert set(PollRulesBody.model_fields) == set(Frozen.model_fields)


def test_all_that_is_said_reaches_the_event() -> None:
    said = {
        "kind": "changeable",
        "ideas_per_ballot": 3,
        "period": "day",
        "time_zone": "Europe/London",
        "weights": {"members": 3, "in store": 2},
        "eligibility": {
            "invited_only": True,
            "segments": ["members"],
            "regions": ["GB", "IE"],
            "account_age_seconds": 86_400,
        },
        "tallies": "delayed",
        "delay_seconds": 60,
        "channels": ["web", "in store"],
        "review_seconds": 600,
        "ladder": [],
    }
    assert rules_to(PollRulesBody.model_validate(said).value()).model_dump(mode="json") == said


def test_a_ladder_is_kept_step_by_step() -> None:
    rules = PollRulesBody.model_validate(LADDER).value()
    assert rules.ladder == (LadderStep(100, 3_600), LadderStep(1_000, 3_600))
    assert rules_to(rules).ideas_per_ballot is None


def test_conditions_stay_conditions() -> None:
    body = PollBody.model_validate({"rules": {"eligibility": {"regions": ["GB"]}}})
    assert body.value().rules.eligibility == Eligibility(regions=("GB",))


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"kind": "mutable"}, "kind"),
        ({"ideas_per_ballot": 0}, "ideas_per_ballot"),
        ({"ideas_per_ballot": "3"}, "ideas_per_ballot"),
        ({"ideas_per_ballot": True}, "ideas_per_ballot"),
        ({"period": "week"}, "period"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"weights": {"members": 0}}, "weights.members"),
        ({"weights": {"members": 1.5}}, "weights.members"),
        ({"weights": {f"s{n}": 1 for n in range(101)}}, "weights"),
        ({"eligibility": {"regions": ["GB", "GB"]}}, "eligibility.regions"),
        ({"eligibility": {"segments": [" members"]}}, "eligibility.segments.0"),
        ({"eligibility": {"account_age_seconds": -1}}, "eligibility.account_age_seconds"),
        ({"eligibility": {"age": 18}}, "eligibility.age"),
        ({"tallies": "never"}, "tallies"),
        ({"tallies": "delayed"}, "delay_seconds"),
        ({"tallies": "hidden", "delay_seconds": 5}, "delay_seconds"),
        ({"delay_seconds": 5}, "delay_seconds"),
        ({"channels": []}, "channels"),
        ({"channels": ["web", "web"]}, "channels"),
        ({"channels": ["web", "a\x00b"]}, "channels.1"),
        ({"review_seconds": 91 * 86_400}, "review_seconds"),
        ({"colour": "blue"}, "colour"),
        ({"ladder": [STEP]}, "ladder"),
        (LADDER | {"kind": "changeable"}, "ladder"),
        (LADDER | {"period": "day"}, "ladder"),
        (LADDER | {"tallies": "hidden"}, "ladder"),
        (LADDER | {"ladder": [STEP, STEP]}, "ladder"),
        (LADDER | {"ladder": [{"votes": 1}]}, "ladder.0.within_seconds"),
        (LADDER | {"ladder": [STEP | {"by": "noon"}]}, "ladder.0.by"),
    ],
)
def test_what_is_wrong_is_named(rules: dict[str, Any], field: str) -> None:
    assert refused_fields(rules) == [field]


def test_a_key_of_weights_is_named_too() -> None:
    (field,) = refused_fields({"weights": {"": 1}})
    assert field.startswith("weights.")


def test_no_rules_that_pass_are_refused_by_the_contract() -> None:
    """Each shape that the body lets through is one that the event takes."""
    for kind in get_args(PollRulesBody.model_fields["kind"].annotation):
        for tallies, delay in (("live", 0), ("delayed", 60), ("hidden", 0)):
            for period in ("poll", "day"):
                said = {
                    "kind": kind,
                    "tallies": tallies,
                    "delay_seconds": delay,
                    "period": period,
                    "channels": ["x" * 64],
                    "weights": {"y" * 64: 1_000_000},
                }
                rules_to(PollRulesBody.model_validate(said).value())
