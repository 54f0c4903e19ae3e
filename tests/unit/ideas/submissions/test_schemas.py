from typing import Any

import pytest
from pydantic import ValidationError

from groundswell_ideas.submissions.schemas import NewIdea

IDEA = {"title": "RRS Boaty McBoatface", "summary": "A name that nobody will forget."}


def test_title_and_summary_are_enough() -> None:
    assert NewIdea.model_validate(IDEA).fields == {}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"summary": " "}, "summary"),
        ({"title": "x" * 201}, "title"),
        ({"fields": {f"field_{n}": "" for n in range(21)}}, "fields"),
        ({"fields": {"$where": "1"}}, "fields"),
        ({"fields": {"home.port": "1"}}, "fields"),
        ({"fields": {"port": "x" * 1001}}, "fields.port"),
        ({"fields": {"port": 7}}, "fields.port"),
        ({"media": []}, "media"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        NewIdea.model_validate(IDEA | change)
    (error,) = refusal.value.errors()
    assert ".".join(map(str, error["loc"])).startswith(field)
