"""How records are named to people and metrics."""

from types import SimpleNamespace
from typing import Any

import pytest

from groundswell_contracts.contests import ContestPublished
from groundswell_kit.records import event_type, key_text


@pytest.mark.parametrize(
    ("key", "text"),
    [(b"idea_01", "idea_01"), ("šį".encode(), "šį"), (b"\xff\xfe", "//4="), (b"", ""), (None, "")],
)
def test_keys_are_readable(key: bytes | None, text: str) -> None:
    assert key_text(key) == text


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ([("ce_type", ContestPublished.type.encode())], ContestPublished.type),
        ([("ce_type", b"groundswell.NotYetKnown.v7")], "unknown"),
        ([("ce_type", b"\xff")], "unknown"),
        ([("ce_type", None)], "unknown"),
        ([], "unknown"),
    ],
)
def test_only_known_types_become_labels(headers: list[Any], name: str) -> None:
    assert event_type(SimpleNamespace(headers=headers)) == name
