"""What the topics tell of one contest, read by a client that nobody here wrote; for scenarios."""

import json
from typing import Any, NamedTuple

from tests.support.topic_audit import every_record


class Told(NamedTuple):
    """An event on a topic: the name of its class, and its data."""

    name: str
    data: dict[str, Any]


def events_about(contest_id: str, bootstrap: str) -> list[Told]:
    """All events of a contest; those on one topic with the same key are in order. Blocks."""
    found = []
    for record in every_record(bootstrap, prefix="groundswell."):
        kind = dict(record.headers).get("ce_type", b"").decode()
        if kind and record.value and not record.topic.endswith(".dlt"):
            told = Told(kind.split(".")[1], json.loads(record.value))
            if told.data.get("contest_id") == contest_id:
                found.append(told)
    return found
