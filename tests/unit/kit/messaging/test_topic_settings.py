"""Domain topics keep everything, and a write counts when enough replicas have it."""

import pytest

from groundswell_contracts.topics import DOMAIN_TOPICS, Topic
from groundswell_kit.kafka import _config


@pytest.mark.parametrize("topic", DOMAIN_TOPICS, ids=lambda topic: topic.name)
def test_nothing_is_ever_deleted(topic: Topic) -> None:
    config = _config(topic, replication_factor=3)
    assert (config["retention.ms"], config["retention.bytes"]) == ("-1", "-1")
    assert config["cleanup.policy"] == "delete"


def test_the_time_of_append_where_it_decides() -> None:
    by_broker = Topic("a", key="k", partitions=1, append_time=True)
    by_sender = Topic("b", key="k", partitions=1)
    assert _config(by_broker, 1)["message.timestamp.type"] == "LogAppendTime"
    assert _config(by_sender, 1)["message.timestamp.type"] == "CreateTime"


@pytest.mark.parametrize(("replicas", "in_sync"), [(1, "1"), (2, "1"), (3, "2"), (5, "2")])
def test_replicas_that_must_have_a_write(replicas: int, in_sync: str) -> None:
    topic = Topic("a", key="k", partitions=1)
    assert _config(topic, replicas)["min.insync.replicas"] == in_sync
