"""What contract tests share: one event to bend."""

from datetime import UTC, datetime

import pytest

from groundswell_contracts.cloudevents import CloudEvent
from groundswell_contracts.tallies import TallyCertified


@pytest.fixture(scope="session")
def sample() -> CloudEvent:
    """An event with every attribute, and data of every kind: nested, listed, numbers, moments."""
    now = datetime(2026, 11, 21, 12, 30, 15, 123000, tzinfo=UTC)
    data = TallyCertified.model_validate(
        {
            "contest_id": "con_01",
            "poll_id": "poll_01",
            "rules": {},
            "tally": [{"idea_id": "idea_01", "votes": 124_109, "rank": 1}],
            "verdicts": {"counted": 124_109, "repeat": 3},
            "log_ranges": [{"partition": 0, "first_offset": 0, "last_offset": 124_111}],
            "log_hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "certified_at": now,
        }
    )
    return CloudEvent(
        id="evt_01",
        source="/groundswell/voting",
        time=now,
        brand_id="nerc",
        data=data,
        sequence=7,
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
