"""The shape of an amendment has room for what can be amended, and for nothing else."""

from typing import Any

import pytest
from pydantic import ValidationError

from groundswell_ideas.amendments.rules.curators import Curator
from groundswell_ideas.amendments.schemas import NewAmendment
from groundswell_ideas.polls.rules import PollChange

CHANGE = {"poll_id": "poll_1", "paused": True}
CURATOR = {"curator": "Art director", "curator_id": "sub_7"}
OPENING = {"name": "final", "idea_ids": ["a"], "closes_at": "2026-12-20T22:00:00Z"}


def refused_fields(body: dict[str, Any]) -> list[str]:
    with pytest.raises(ValidationError) as refusal:
        NewAmendment.model_validate({"reason": "Why not.", **body})
    return [".".join(map(str, error["loc"])) for error in refusal.value.errors()]


def test_what_is_left_out_stays() -> None:
    body = NewAmendment.model_validate({"reason": "Why not.", "poll_changed": {"poll_id": "p"}})
    assert body.poll_changed is not None
    assert body.poll_changed.value() == PollChange(poll_id="p")


def test_it_is_one_thing_or_the_other() -> None:
    assert refused_fields({}) == [""]
    assert refused_fields({"poll_changed": CHANGE, "poll_opened": OPENING}) == [""]
    assert refused_fields({"poll_opened": OPENING, "curator_changed": CURATOR}) == [""]
    body = NewAmendment.model_validate({"reason": "Why not.", "curator_changed": CURATOR})
    assert body.curator_changed is not None
    assert body.curator_changed.value() == Curator("Art director", "sub_7")


@pytest.mark.parametrize("field", ["curator", "curator_id"])
def test_another_curator_has_an_office_and_is_somebody(field: str) -> None:
    for changes in ({field: ""}, {field: None}):
        assert refused_fields({"curator_changed": CURATOR | changes}) == [
            f"curator_changed.{field}"
        ]
    nobody = {name: value for name, value in CURATOR.items() if name != field}
    assert refused_fields({"curator_changed": nobody}) == [f"curator_changed.{field}"]


@pytest.mark.parametrize(
    "field", ["period", "weights", "kind", "rules", "name", "ideas_per_ballot", "merged"]
)
def test_what_is_frozen_has_no_field(field: str) -> None:
    assert refused_fields({"poll_changed": CHANGE | {field: "x"}}) == [f"poll_changed.{field}"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"paused": "yes"}, "poll_changed.paused"),
        ({"added_idea_ids": ["a", "a"]}, "poll_changed.added_idea_ids"),
        ({"removed_idea_ids": ["a", "a"]}, "poll_changed.removed_idea_ids"),
        ({"closes_at": "2026-12-20T22:00:00"}, "poll_changed.closes_at"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    assert refused_fields({"poll_changed": CHANGE | change}) == [field]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"idea_ids": []}, "poll_opened.idea_ids"),
        ({"idea_ids": ["a", "a"]}, "poll_opened.idea_ids"),
        ({"name": "a\nb"}, "poll_opened.name"),
        ({"rules": {"time_zone": "Nowhere"}}, "poll_opened.rules.time_zone"),
        ({"weights": {}}, "poll_opened.weights"),
    ],
)
def test_a_wrong_field_of_another_poll_is_named(change: dict[str, Any], field: str) -> None:
    assert refused_fields({"poll_opened": OPENING | change}) == [field]
