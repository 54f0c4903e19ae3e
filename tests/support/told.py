"""What the topics tell of one contest, read by a client that nobody here wrote; for scenarios."""

import json
import time
from typing import Any, NamedTuple

from pymongo import MongoClient

from tests.support.topic_audit import every_record

_SENT_SECONDS = 60


class Told(NamedTuple):
    """An event on a topic: the name of its class, and its data."""

    name: str
    data: dict[str, Any]


def events_about(contest_id: str, bootstrap: str, mongo: str) -> list[Told]:
    """All events of a contest, those that wait in outboxes now among them. Blocks.

    Those on one topic with the same key are in order; what an outbox has sent again is one event.
    """
    _until_outboxes_are_sent(mongo)
    found: dict[tuple[bytes, bytes], Told] = {}
    for record in every_record(bootstrap, prefix="groundswell."):
        headers = dict(record.headers)
        kind = headers.get("ce_type", b"").decode()
        if kind and record.value and not record.topic.endswith(".dlt"):
            told = Told(kind.split(".")[1], json.loads(record.value))
            if told.data.get("contest_id") == contest_id:
                found.setdefault((headers["ce_source"], headers["ce_id"]), told)
    return list(found.values())


def _until_outboxes_are_sent(mongo: str) -> None:
    deadline = time.monotonic() + _SENT_SECONDS
    client: MongoClient[dict[str, Any]]
    with MongoClient(mongo) as client:
        services = [name for name in client.list_database_names() if "groundswell" in name]
        while any(client[name]["outbox"].find_one({"sent_at": None}) for name in services):
            assert time.monotonic() < deadline, "an outbox is not sent"
            time.sleep(0.1)
